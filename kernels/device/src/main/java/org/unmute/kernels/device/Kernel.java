package org.unmute.kernels.device;

/**
 * One kernel.
 *
 * @param family the file it is in, without ending
 * @param name its name there
 */
public record Kernel(String family, String name) {
    @Override
    public String toString() {
        return name + " (" + family + ".cl)";
    }
}
