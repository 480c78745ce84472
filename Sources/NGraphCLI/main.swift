print("ngraph")
