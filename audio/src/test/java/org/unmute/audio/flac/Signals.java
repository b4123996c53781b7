package org.unmute.audio.flac;

import java.util.Random;

/** Integer samples for tests. */
final class Signals {
    private Signals() {}

    /**
     * Samples {@code [channels][n]} in sections of silence, a constant, a tone, noise or extreme values, independently
     * per channel.
     */
    static int[][] mixed(int channels, int n, int bits, long seed) {
        Random random = new Random(seed);
        int[][] x = new int[channels][n];
        long top = (1L << bits - 1) - 1;
        for (int[] channel : x) {
            int at = 0;
            while (at < n) {
                int end = Math.min(n, at + 1 + random.nextInt(700));
                int kind = random.nextInt(6);
                double level = top * random.nextDouble();
                double step = random.nextDouble();
                int wasted = random.nextInt(4) == 0 ? random.nextInt(bits) : 0;
                for (int i = at; i < end; i++) {
                    double value = switch (kind) {
                        case 0 -> 0;
                        case 1 -> level;
                        case 2, 3 -> level * Math.sin(step * i) + random.nextInt(3);
                        case 4 -> (random.nextDouble() * 2 - 1) * level;
                        default -> random.nextBoolean() ? top : -top - 1;
                    };
                    channel[i] = (int) Math.clamp((long) value, -top - 1, top) >> wasted << wasted;
                }
                at = end;
            }
        }
        if (channels == 2 && random.nextBoolean()) {
            for (int i = 0; i < n; i++) {
                x[1][i] = random.nextInt(9) == 0 ? x[1][i] : (int) Math.max(-top - 1, -(long) x[0][i] - 1);
            }
        }
        return x;
    }
}
