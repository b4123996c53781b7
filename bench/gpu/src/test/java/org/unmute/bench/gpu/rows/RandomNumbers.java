package org.unmute.bench.gpu.rows;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * Random numbers in [-1, 1) that depend only on a name and an index: the 24 high bits of a mixed 32-bit counter, which
 * float32 holds exactly. {@code torch/worker.py} generates the same numbers, so inputs need not be copied.
 */
final class RandomNumbers {
    private RandomNumbers() {}

    /** {@code count} numbers times {@code scale}. A power of two keeps both sides equal to the bit. */
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
