package org.unmute.kernels.device.backend;

import java.util.Arrays;
import org.unmute.tensor.backend.View;

/**
 * The signs of prototypes, packed for matching, and their source: a part of a buffer, and how often that buffer had
 * been written to. The signs of prototypes that do not change are packed once and kept with the buffer, see {@link
 * #keep}.
 *
 * @param layout offset, sizes and strides of the prototypes
 * @param writes {@link DeviceBuffer#writes} of the buffer
 * @param parts the packed signs; empty until the prototypes are seen unchanged
 */
record PackedSigns(long[] layout, long writes, View... parts) {
    private static long[] layoutOf(View prototypes) {
        return Arguments.concat(
                Arguments.layout(prototypes),
                Arguments.members(prototypes.shape().size(0), prototypes.shape().size(1)));
    }

    private static DeviceBuffer buffer(View prototypes) {
        return (DeviceBuffer) prototypes.buffer();
    }

    private boolean isOf(View prototypes, long written) {
        return writes == written && Arrays.equals(layout, layoutOf(prototypes));
    }

    /** The number of times the prototypes' buffer may have been written to so far. */
    static long writes(View prototypes) {
        return buffer(prototypes).writes();
    }

    /**
     * The parts kept for these prototypes. Empty if there are fewer than {@code parts}, or if the prototypes may have
     * changed.
     */
    static View[] kept(View prototypes, int parts) {
        PackedSigns kept = buffer(prototypes).packed();
        return kept != null && kept.parts.length >= parts && kept.isOf(prototypes, writes(prototypes))
                ? kept.parts
                : new View[0];
    }

    /**
     * Keeps the packed parts if the prototypes were seen before and have not been written to since; the parts are then
     * released with their buffer. Otherwise remembers that the prototypes were seen, and releases the parts.
     *
     * @param written {@link #writes} before the parts were packed
     */
    static void keep(View prototypes, long written, View... parts) {
        PackedSigns before = buffer(prototypes).packed();
        boolean same = before != null && before.isOf(prototypes, written);
        buffer(prototypes).setPacked(new PackedSigns(layoutOf(prototypes), written, same ? parts : new View[0]));
        if (!same) {
            for (View part : parts) {
                part.buffer().close();
            }
        }
    }
}
