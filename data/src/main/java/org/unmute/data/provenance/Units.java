package org.unmute.data.provenance;

import java.util.Locale;

/** Formats counts, durations and sizes for display. */
public final class Units {
    private static final String[] BYTES = {"B", "KiB", "MiB", "GiB", "TiB"};

    private Units() {}

    /** A duration: 8.0 s, 3 min 05 s, 2 h 07 min. */
    public static String duration(double seconds) {
        long s = Math.round(seconds);
        if (s < 60) {
            return (seconds < 9.95 ? String.format(Locale.ROOT, "%.1f", seconds) : Long.toString(s)) + " s";
        }
        if (s < 3600) {
            return String.format(Locale.ROOT, "%d min %02d s", s / 60, s % 60);
        }
        return String.format(Locale.ROOT, "%d h %02d min", s / 3600, s % 3600 / 60);
    }

    /**
     * A number of things: 1 clip, 3 clips, 2 classes.
     *
     * @param one the singular, which must have a regular plural
     */
    public static String count(long n, String one) {
        return n + " " + one + (n == 1 ? "" : one.endsWith("s") || one.endsWith("x") ? "es" : "s");
    }

    /** A number of bytes in the largest unit that gives at least 1: 12 B, 3.4 MiB. */
    public static String bytes(long bytes) {
        double n = bytes;
        int unit = 0;
        while (n >= 1024 && unit < BYTES.length - 1) {
            n /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", n, BYTES[unit]);
    }
}
