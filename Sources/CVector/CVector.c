#if defined(__linux__)
#define _GNU_SOURCE
#include <sched.h>
#endif
#include <unistd.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "CVector.h"

int ngraph_supported_isa(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma"))
    return 3;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
      __builtin_cpu_supports("bmi2"))
    return 2;
  return 0;
#elif defined(__aarch64__)
  return 1;
#else
  return 0;
#endif
}

bool ngraph_supports_bf16_dot(void) {
#if defined(__x86_64__)
  return ngraph_supported_isa() == 3 && __builtin_cpu_supports("avx512bf16");
#else
  return false;
#endif
}

bool ngraph_supports_byte_dot_512(void) {
#if defined(__x86_64__)
  return ngraph_supported_isa() == 3 && __builtin_cpu_supports("avx512vnni");
#else
  return false;
#endif
}

bool ngraph_supports_byte_dot_256(void) {
#if defined(__x86_64__)
  if (ngraph_supported_isa() < 2) return false;
  unsigned a, b, c, d;
  return __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a & (1u << 4)) != 0;
#else
  return false;
#endif
}

int ngraph_available_processors(void) {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
  return (int)sysconf(_SC_NPROCESSORS_ONLN);
}
