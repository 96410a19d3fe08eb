# kailash_kernels(TARGET ISA FLAGS...): the files of src/ml/kernels, compiled for an instruction set and put into
# the library. They are optimised in every build: that is what they are for.
function(kailash_kernels target isa)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/ml/kernels/*.c)
  add_library(kailash_kernels_${isa} OBJECT ${sources})
  target_include_directories(kailash_kernels_${isa} PRIVATE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
  target_compile_definitions(kailash_kernels_${isa} PRIVATE KL_ISA=${isa})
  target_compile_options(kailash_kernels_${isa} PRIVATE
    -O3 -fno-math-errno -fno-trapping-math -ffp-contract=fast -fopenmp-simd ${ARGN}
    $<$<C_COMPILER_ID:Clang,AppleClang>:-Wno-pass-failed>) # sanitizers keep it from using lanes
  target_sources(${target} PRIVATE $<TARGET_OBJECTS:kailash_kernels_${isa}>)
endfunction()
