package org.unmute.audio.place;

import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The time of a recording's first sample, decided among what several sources say: the first in the order of {@link
 * StatedTime.Source} wins, and a source that disagrees with it is a problem that names both.
 *
 * @param time     null if no source tells it
 * @param source   the source that won; null if there is none
 * @param problems in words
 */
public record DecidedTime(@Nullable RecordedTime time, StatedTime.@Nullable Source source, List<String> problems) {
    /** Sources that state whole seconds may differ by this much. */
    private static final Duration SAME = Duration.ofMillis(1500);

    /** Copies the list. */
    public DecidedTime {
        problems = List.copyOf(problems);
    }

    /**
     * Decides.
     *
     * @param name  what the file's name says
     * @param notes what its chunks say
     * @param zone  zone of clocks that state none; null if it is not known
     */
    public static DecidedTime of(FileNameTime name, RecorderNotes notes, @Nullable ZoneId zone) {
        List<StatedTime> all = new ArrayList<>(notes.times());
        if (name.time() != null) {
            all.add(name.time());
        }
        all.sort(Comparator.comparing(StatedTime::source));
        List<String> problems = new ArrayList<>(notes.problems());
        all.removeIf(stated -> isBeyondClocks(stated, problems));
        if (name.problem() != null) {
            problems.addFirst(name.problem());
        }
        if (all.isEmpty()) {
            return new DecidedTime(null, null, problems);
        }
        StatedTime won = all.getFirst();
        for (StatedTime other : all.subList(1, all.size())) {
            if (!agree(won, other, zone)) {
                problems.add(won.source().text() + " says " + won.text() + ", "
                        + other.source().text() + " says " + other.text() + ": the former is taken");
            }
        }
        RecordedTime time = won.in(zone);
        if (won.zone() == null && time.zone() != null) {
            ZoneOffsetTransition change = time.zone().getRules().getTransition(won.local());
            if (change != null) {
                problems.add(won.local() + (change.isGap() ? " does not exist in " : " comes twice in ") + time.zone()
                        + (change.isGap() ? ", where clocks go forward: " : ", where clocks go back: ")
                        + time.iso() + " is taken");
            }
        }
        return new DecidedTime(time, won.source(), problems);
    }

    /** Whether a source says a year that no recorder's clock shows, which is then a problem. */
    private static boolean isBeyondClocks(StatedTime stated, List<String> problems) {
        boolean beyond = stated.local().getYear() > FileNameTime.LAST_YEAR;
        if (beyond) {
            problems.add(stated.source().text() + " says " + stated.local() + ", after " + FileNameTime.LAST_YEAR
                    + ": the recorder's clock was wrong");
        }
        return beyond;
    }

    /**
     * Whether two sources may mean the same moment: clocks without a zone may show the other's local time, or UTC.
     */
    private static boolean agree(StatedTime one, StatedTime other, @Nullable ZoneId zone) {
        RecordedTime a = one.in(zone);
        RecordedTime b = other.in(zone);
        if (a.zone() != null && b.zone() != null && same(a.utc(), b.utc())) {
            return true;
        }
        boolean sure = one.zone() != null && other.zone() != null;
        return !sure
                && (same(one.local(), other.local()) || same(a.utc(), other.local()) || same(one.local(), b.utc()));
    }

    private static boolean same(LocalDateTime a, LocalDateTime b) {
        return Duration.between(a, b).abs().compareTo(SAME) < 0;
    }
}
