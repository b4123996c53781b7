package org.unmute.bench.gpu;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * Numbers in [-1, 1) that depend on a name and an index only. {@code torch/worker.py} generates the same ones, so that
 * inputs need not be copied: the 24 high bits of a mixed 32-bit counter, which float32 holds exactly.
 */
final class RandomNumbers {
    private RandomNumbers() {}

    /** {@code count} numbers times {@code scale}, which is a power of two where both sides must agree to the bit. */
    static float[] of(String name, int count, float scale) {
        CRC32 crc = new CRC32();
        crc.update(name.getBytes(StandardCharsets.UTF_8));
        int seed = (int) crc.getValue();
        float[] x = new float[count];
        for (int i = 0; i < count; i++) {
            x[i] = ((mix(i * 0x9e3779b9 + seed) >>> 8) * 0x1p-23f - 1) * scale;
        }
        return x;
    }

    /**
     * Finalizer of the murmur3 hash: every bit of the argument changes every bit of the result with probability one
     * half.
     */
    private static int mix(int h) {
        int x = (h ^ h >>> 16) * 0x85ebca6b;
        x = (x ^ x >>> 13) * 0xc2b2ae35;
        return x ^ x >>> 16;
    }
}
