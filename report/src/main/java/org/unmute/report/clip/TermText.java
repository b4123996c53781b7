package org.unmute.report.clip;

import java.util.Locale;
import org.unmute.models.encoder.TokenPlace;
import org.unmute.probes.pool.Contributions;
import org.unmute.report.page.TimeText;

/** Text for the terms of a logit and their positions in a recording. */
public final class TermText {
    /** Times of tokens shorter than this many seconds are shown with milliseconds. */
    private static final double SHORT = 0.03;

    private TermText() {}

    /** Times from this many seconds are shown in minutes and seconds. */
    private static final int MINUTE = 60;

    /** "1.28 to 1.44 s" or "1:02:05.28 to 1:02:05.44", with a note for padding; "whole clip" without a position. */
    public static String time(ClipExplanation.LocatedPart shown) {
        if (shown.place() == null) {
            return "whole clip";
        }
        TokenPlace place = shown.place();
        int decimals = place.end() - place.start() < SHORT ? 3 : 2;
        String time = place.end() < MINUTE
                ? String.format(
                        Locale.ROOT, "%.{0}f to %.{0}f s".replace("{0}", "" + decimals), place.start(), place.end())
                : TimeText.clock(place.start(), decimals) + " to " + TimeText.clock(place.end(), decimals);
        return time + (shown.padding() ? " (padding)" : "");
    }

    /** "510 to 870 Hz"; a dash without a position. */
    public static String frequency(ClipExplanation.LocatedPart shown) {
        TokenPlace place = shown.place();
        if (place == null) {
            return "\u2013";
        }
        if (place.fullBand()) {
            return "all";
        }
        return rounded(place.lowHz()) + " to " + rounded(place.highHz()) + " Hz";
    }

    /** The mel bands, counted from 0. */
    public static String bands(ClipExplanation.LocatedPart shown) {
        TokenPlace place = shown.place();
        return place == null || place.fullBand() ? "\u2013" : place.firstBand() + " to " + place.lastBand();
    }

    private static String rounded(double hertz) {
        return Long.toString(hertz < 1000 ? Math.round(hertz) : Math.round(hertz / 10) * 10);
    }

    /** The name of the values that are weighted. */
    public static String value(Contributions.Kind kind) {
        return switch (kind) {
            case PROTOTYPES -> "similarity";
            case TOKENS -> "finds";
            case FEATURES -> "value";
        };
    }

    /** A sentence that describes how a logit is composed. */
    public static String rule(Contributions contributions) {
        return switch (contributions.kind()) {
            case PROTOTYPES ->
                "A prototype adds its maximum similarity to any token, times the weight that the class gives it."
                        + (contributions.parts().stream().anyMatch(Contributions.Part::isChannel)
                                ? " So does a channel with its highest and its lowest value in tokens of unit length."
                                : "");
            case TOKENS -> "A token adds what the class finds in it, as much as the probe weighs it.";
            case FEATURES -> "A feature of the probe adds its value, times the weight that the class gives it.";
        };
    }

    /** "the other 195 prototypes" */
    public static String others(ClipExplanation.Reason reason) {
        String what = switch (reason.contributions().kind()) {
            case PROTOTYPES -> "prototype";
            case TOKENS -> "token";
            case FEATURES -> "feature";
        };
        // cgp has several terms per prototype, and linearc has one that is not a token
        boolean plain =
                reason.contributions().parts().stream().allMatch(p -> p.name().equals(what + " " + p.index()));
        return "the other " + reason.others() + " " + (plain ? what : "term") + (reason.others() == 1 ? "" : "s");
    }
}
