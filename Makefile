# Everything a newcomer needs: make demo, make test. See CONTRIBUTING.md.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := build/ablascreen
.PHONY: deps demo test bench accuracy lint asan clean FORCE

BUILD_PACKAGES := gcc g++ make cmake ninja-build pkg-config \
	libinsighttoolkit5-dev libgdcm-tools libdcmtk-dev libdnnl-dev \
	libpng-dev libcairo2-dev libjansson-dev zlib1g-dev fonts-dejavu-core
TEST_PACKAGES := libcunit1-dev clang-format-14 codespell cppcheck git \
	dicom3tools dcmtk python3-pydicom python3-numpy \
	libpixelmed-java default-jre-headless chromium chromium-driver nodejs

# Installs what is missing, and says what to do when it may not.
define install
	missing=(); \
	for p in $(1); do \
	  dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' \
	    || missing+=($$p); \
	done; \
	if [ $${#missing[@]} -gt 0 ]; then \
	  echo "installing: $${missing[*]}"; \
	  as=""; [ "$$(id -u)" = 0 ] || as=sudo; \
	  $$as apt-get update -qq; \
	  $$as env DEBIAN_FRONTEND=noninteractive \
	    apt-get install -y -qq --no-install-recommends $${missing[*]} \
	    >/dev/null; \
	fi
endef

deps:
	@$(call install,$(BUILD_PACKAGES))

test-deps: deps
	@$(call install,$(TEST_PACKAGES))

build/build.ninja: CMakeLists.txt CMakePresets.json | deps
	@cmake --preset release -DBUILD_TESTING=OFF -Wno-dev >build.log 2>&1 \
	  || { tail -40 build.log; exit 1; }
	@rm -f build.log

build/ablascreen: build/build.ninja FORCE
	@cmake --build build --target ablascreen

FORCE:

demo: build/ablascreen
	@rm -rf demo/study demo/result
	@mkdir -p demo
	build/ablascreen phantom -o demo/study
	build/ablascreen run demo/study/dicom -o demo/result
	@echo
	@echo "Open demo/result/report.html in a browser;"
	@echo "the pictures are in demo/result/overlays/."

test: test-deps
	@tests/run_all.sh

asan: test-deps
	@tests/run_all.sh asan

lint: test-deps
	@tests/lint/run.sh

bench: test-deps
	@cmake --preset release -Wno-dev >/dev/null 2>&1
	@cmake --build build
	@tests/bench/run.sh

accuracy: test-deps
	@cmake --preset release -Wno-dev >/dev/null 2>&1
	@cmake --build build
	@tests/accuracy/run.sh

clean:
	rm -rf build build-dev build-asan demo
