package org.unmute.report.page;

import java.util.Locale;
import java.util.function.DoubleFunction;
import org.unmute.probes.truth.TrainingBoxes.OfClass;
import org.unmute.probes.truth.TrainingBoxes.Spread;

/** The boxes that taught a class, in words: medians, and in brackets what 80 % of the boxes lie between. */
public final class TaughtText {
    private TaughtText() {}

    /** {@code 75 boxes}. */
    static String count(OfClass taught) {
        return taught.boxes() + (taught.boxes() == 1 ? " box" : " boxes");
    }

    /** Medians, {@code 350–1900 Hz}; empty without boxes. */
    public static String medianBand(OfClass taught) {
        return taught.boxes() == 0
                ? ""
                : hertz(taught.low().median()) + "\u2013" + hertz(taught.high().median()) + " Hz";
    }

    /** The median, {@code 0.8 s}; empty without boxes. */
    public static String medianLength(OfClass taught) {
        return taught.boxes() == 0 ? "" : seconds(taught.seconds().median()) + " s";
    }

    /** {@code 350 (120–900) to 1900 (800–4200) Hz}; empty without boxes. */
    static String band(OfClass taught) {
        return taught.boxes() == 0
                ? ""
                : spread(taught.low(), TaughtText::hertz) + " to " + spread(taught.high(), TaughtText::hertz) + " Hz";
    }

    /** {@code 0.8 (0.3–2.1) s}; empty without boxes. */
    static String length(OfClass taught) {
        return taught.boxes() == 0 ? "" : spread(taught.seconds(), TaughtText::seconds) + " s";
    }

    /** The class's training boxes as a sentence. */
    public static String sentence(OfClass taught) {
        return taught.boxes() == 0
                ? "No box taught this class."
                : "Taught by " + count(taught) + ", from " + band(taught) + ", " + length(taught)
                        + " long: medians, in brackets what 80 % of them lie between.";
    }

    private static String spread(Spread spread, DoubleFunction<String> number) {
        String low = number.apply(spread.tenth());
        String high = number.apply(spread.ninetieth());
        return number.apply(spread.median()) + (low.equals(high) ? "" : " (" + low + "\u2013" + high + ")");
    }

    private static String hertz(double hertz) {
        return Long.toString(hertz < 1000 ? Math.round(hertz) : 10 * Math.round(hertz / 10));
    }

    private static String seconds(double seconds) {
        return String.format(Locale.ROOT, seconds < 10 ? "%.1f" : "%.0f", seconds);
    }
}
