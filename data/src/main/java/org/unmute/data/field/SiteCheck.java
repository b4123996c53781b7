package org.unmute.data.field;

import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.unmute.audio.place.RecordedTime;
import org.unmute.data.ClipId;

/**
 * Finds what is odd about the recordings of a site, taken in the order of time: two at one time, a recorder's clock
 * that was set to another zone, and gaps. Nothing is left out because of it.
 */
public final class SiteCheck {
    /** Lengths are stated in samples, times in seconds. */
    private static final double OVERLAP_SECONDS = 1.5;

    private static final double GAP_SECONDS = 86_400;
    /** A gap is longer than so many of the site's usual distances between beginnings. */
    private static final double GAP_STEPS = 3;

    private SiteCheck() {}

    /**
     * Checks recordings.
     *
     * @param stays    of all sites, in any order; those without a time are skipped
     * @param problems receives the recording and what is odd, by site and time
     */
    public static void check(List<Stay> stays, BiConsumer<String, String> problems) {
        Map<String, List<Stay>> sites = new TreeMap<>();
        for (Stay stay : stays) {
            if (stay.place().begun() != null) {
                sites.computeIfAbsent(stay.place().site(), _ -> new ArrayList<>())
                        .add(stay);
            }
        }
        for (List<Stay> site : sites.values()) {
            site.sort(Comparator.comparing((Stay s) -> begin(s).utc()).thenComparing(Stay::recording));
            ofSite(site, problems);
        }
    }

    private static RecordedTime begin(Stay stay) {
        return stay.place().begun().plus(stay.start());
    }

    private static void ofSite(List<Stay> site, BiConsumer<String, String> problems) {
        double gap = Math.max(GAP_SECONDS, GAP_STEPS * usualStep(site));
        Stay last = site.getFirst();
        for (int i = 1; i < site.size(); i++) {
            Stay before = site.get(i - 1);
            Stay now = site.get(i);
            double free = begin(last).plus(last.seconds()).secondsTo(begin(now));
            if (free < -OVERLAP_SECONDS && !isSameFile(last, now)) {
                problems.accept(
                        now.recording(),
                        "begins at " + begin(now).isoSeconds() + ", before " + last.recording()
                                + " of the same site ends at "
                                + begin(last).plus(last.seconds()).isoSeconds());
            } else if (free > gap) {
                problems.accept(
                        now.recording(),
                        String.format(
                                Locale.ROOT,
                                "nothing was recorded at its site for %.1f days before it, since %s",
                                free / GAP_SECONDS,
                                last.recording()));
            }
            zone(before, now, problems);
            if (begin(last).plus(last.seconds()).secondsTo(begin(now).plus(now.seconds())) > 0) {
                last = now;
            }
        }
    }

    /** Whether two are parts, or channels, of one file. */
    private static boolean isSameFile(Stay one, Stay other) {
        return ClipId.recording(one.recording()).equals(ClipId.recording(other.recording()));
    }

    /** Offsets that a zone's own rules change are no problem, those of a clock that was set anew are. */
    private static void zone(Stay before, Stay now, BiConsumer<String, String> problems) {
        RecordedTime one = before.place().begun();
        RecordedTime other = now.place().begun();
        boolean bothFixed = one.zone() instanceof ZoneOffset && other.zone() instanceof ZoneOffset;
        if ((one.zone() == null) != (other.zone() == null)
                || bothFixed && !one.offset().equals(other.offset())) {
            problems.accept(
                    now.recording(),
                    "its clock is " + name(other) + ", that of " + before.recording()
                            + " before it at the same site is " + name(one));
        }
    }

    private static String name(RecordedTime time) {
        return time.offset() == null
                ? "in no known zone"
                : "at UTC"
                        + (time.offset().equals(ZoneOffset.UTC)
                                ? ""
                                : time.offset().getId());
    }

    /** The median distance of the beginnings of recordings, in seconds; 0 for a single one. */
    private static double usualStep(List<Stay> site) {
        double[] steps = new double[site.size() - 1];
        for (int i = 0; i < steps.length; i++) {
            steps[i] = begin(site.get(i)).secondsTo(begin(site.get(i + 1)));
        }
        Arrays.sort(steps);
        return steps.length == 0 ? 0 : steps[steps.length / 2];
    }
}
