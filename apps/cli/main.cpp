#include <cstdio>

#include "albert/error.h"

int main() {
  std::fputs("usage: albert COMMAND [OPTIONS]\n", stderr);
  return 2;
}
