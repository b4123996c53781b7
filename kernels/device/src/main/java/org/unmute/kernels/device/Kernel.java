package org.unmute.kernels.device;

/**
 * A kernel by name.
 *
 * @param family its source file, without extension
 * @param name its function name in that file
 */
public record Kernel(String family, String name) {
    @Override
    public String toString() {
        return name + " (" + family + ".cl)";
    }
}
