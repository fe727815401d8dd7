# eckart_embed(TARGET SYMBOL FILE): links FILE into TARGET as `extern "C" const char SYMBOL[], SYMBOL_end[]`
# (the assembler's .incbin: no generated source of megabytes, no copy in the repository).
function(eckart_embed target symbol file)
  set(source ${CMAKE_CURRENT_BINARY_DIR}/embed_${symbol}.cpp)
  file(CONFIGURE OUTPUT ${source} CONTENT
"asm(\".section .rodata\\n\"
    \".balign 16\\n\"
    \".global ${symbol}\\n\"
    \".hidden ${symbol}\\n\"
    \"${symbol}:\\n\"
    \".incbin \\\"${file}\\\"\\n\"
    \".global ${symbol}_end\\n\"
    \".hidden ${symbol}_end\\n\"
    \"${symbol}_end:\\n\"
    \".byte 0\\n\"
    \".previous\\n\");
")
  set_source_files_properties(${source} TARGET_DIRECTORY ${target} PROPERTIES OBJECT_DEPENDS ${file})
  target_sources(${target} PRIVATE ${source})
endfunction()
