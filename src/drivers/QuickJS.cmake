# The driver of QuickJS-ng: the system's library wins, else its pinned C source is built into it.
kailash_driver(quickjs)
target_sources(kailash_driver_quickjs PRIVATE quickjs_console.c quickjs_memory.c quickjs_value.c)
find_library(KAILASH_QUICKJS NAMES qjs quickjs-ng)
find_path(KAILASH_QUICKJS_INCLUDE quickjs.h PATH_SUFFIXES quickjs-ng)
if(KAILASH_QUICKJS AND KAILASH_QUICKJS_INCLUDE)
  target_link_libraries(kailash_driver_quickjs PRIVATE ${KAILASH_QUICKJS})
  target_include_directories(kailash_driver_quickjs SYSTEM PRIVATE ${KAILASH_QUICKJS_INCLUDE})
  return()
endif()

kailash_pypi_source(quickjs-ng quickjs_dir)
set(quickjs_dir "${quickjs_dir}/upstream-quickjs")

# Functions of the language that loop over the indices of an object, as [].indexOf.call({length:
# 2**53}) does, must ask whether to stop as loops of scripts do; every such step makes an atom.
file(READ "${quickjs_dir}/quickjs.c" quickjs_source)
set(quickjs_head "static JSAtom JS_NewAtomInt64(JSContext *ctx, int64_t n)\n{")
string(REPLACE "${quickjs_head}"
  "static int js_poll_interrupts(JSContext *ctx);\n${quickjs_head}\n    if (js_poll_interrupts(ctx))\n        return JS_ATOM_NULL;"
  quickjs_polling "${quickjs_source}")
if(quickjs_polling STREQUAL quickjs_source)
  message(FATAL_ERROR "quickjs.c: JS_NewAtomInt64() is not where it was")
endif()
file(CONFIGURE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/quickjs_polling.c" CONTENT "@quickjs_polling@" @ONLY)

add_library(kailash_quickjs OBJECT "${CMAKE_CURRENT_BINARY_DIR}/quickjs_polling.c" "${quickjs_dir}/libregexp.c"
                                   "${quickjs_dir}/libunicode.c" "${quickjs_dir}/dtoa.c")
target_include_directories(kailash_quickjs SYSTEM PUBLIC "${quickjs_dir}")
target_compile_definitions(kailash_quickjs PRIVATE _GNU_SOURCE)
# Sanitizers would make it take a minute to compile; what we do with it they see.
target_compile_options(kailash_quickjs PRIVATE -w -O2 -fno-sanitize=all)
set_target_properties(kailash_quickjs PROPERTIES POSITION_INDEPENDENT_CODE ON C_VISIBILITY_PRESET hidden)
target_link_libraries(kailash_driver_quickjs PRIVATE kailash_quickjs m)
if(SKBUILD)
  install(FILES "${quickjs_dir}/../LICENSE" DESTINATION kailash/lib/kailash-drivers RENAME LICENSE.quickjs-ng)
else()
  install(FILES "${quickjs_dir}/../LICENSE" DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME LICENSE.quickjs-ng)
endif()
