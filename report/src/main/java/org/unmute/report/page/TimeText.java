package org.unmute.report.page;

import java.util.Locale;

/** Formats times of a recording as text. */
public final class TimeText {
    private static final int MINUTE = 60;
    private static final int HOUR = 3600;

    private TimeText() {}

    /** A time as {@code m:ss} or {@code h:mm:ss}, with decimals of the seconds: "0:12", "1:02:06.50". */
    public static String clock(double seconds, int decimals) {
        double unit = Math.pow(10, decimals);
        double rounded = Math.rint(seconds * unit) / unit;
        long minutes = (long) (rounded / MINUTE);
        String rest = String.format(
                Locale.ROOT,
                "%0" + (decimals == 0 ? 2 : 3 + decimals) + "." + decimals + "f",
                rounded - minutes * MINUTE);
        return minutes < HOUR / MINUTE
                ? minutes + ":" + rest
                : String.format(Locale.ROOT, "%d:%02d:%s", minutes / MINUTE, minutes % MINUTE, rest);
    }

    /** A length: "2.5 s", "3 min 20 s", "24 h 5 min"; a dash if it is not finite. */
    public static String length(double seconds) {
        if (seconds < 99.95) {
            return Html.number(seconds, 1) + " s";
        }
        if (!Double.isFinite(seconds)) {
            return Html.number(seconds, 0);
        }
        long whole = Math.round(seconds);
        return whole < HOUR
                ? parts(whole / MINUTE, "min", whole % MINUTE, "s")
                : parts(whole / HOUR, "h", whole % HOUR / MINUTE, "min");
    }

    private static String parts(long large, String unit, long small, String smallUnit) {
        return large + " " + unit + (small == 0 ? "" : " " + small + " " + smallUnit);
    }
}
