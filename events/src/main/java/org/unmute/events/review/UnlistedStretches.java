package org.unmute.events.review;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.unmute.data.verdict.Draw;
import org.unmute.data.verdict.ReviewedEvent;

/**
 * The stretches of the recordings without a listed event of a class, in which events may have been missed. What lies
 * between events is cut into stretches of a given length, the last one of each gap possibly shorter.
 */
public final class UnlistedStretches {
    private final ListedEvents list;
    private final String label;
    private final double seconds;
    private final List<Gap> gaps = new ArrayList<>();
    /** Number of stretches in each gap and all before it. */
    private long[] ends;

    private record Gap(String recording, double start, double end) {}

    private UnlistedStretches(ListedEvents list, String label, double seconds) {
        this.list = list;
        this.label = label;
        this.seconds = seconds;
    }

    /**
     * The stretches of a class. Recordings whose lengths are not known have none.
     *
     * @param seconds length of a stretch, positive
     */
    public static UnlistedStretches of(ListedEvents list, String label, double seconds) {
        if (!(seconds > 0 && seconds < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("unlisted stretches: the length must be positive: " + seconds + " s");
        }
        UnlistedStretches all = new UnlistedStretches(list, label, seconds);
        Map<String, List<ReviewedEvent>> events = new TreeMap<>();
        list.of(label)
                .forEach(e -> events.computeIfAbsent(e.recording(), r -> new ArrayList<>())
                        .add(e));
        list.recordings().values().stream()
                .sorted(Comparator.comparing(ListedEvents.Recording::name))
                .forEach(r -> all.gaps(r, events.getOrDefault(r.name(), new ArrayList<>())));
        all.count();
        return all;
    }

    private void gaps(ListedEvents.Recording recording, List<ReviewedEvent> events) {
        if (Double.isNaN(recording.end())) {
            return;
        }
        events.sort(Comparator.comparingDouble(ReviewedEvent::start));
        double from = recording.start();
        for (ReviewedEvent event : events) {
            gap(recording.name(), from, Math.min(event.start(), recording.end()));
            from = Math.max(from, event.end());
        }
        gap(recording.name(), from, recording.end());
    }

    private void gap(String recording, double start, double end) {
        if (end > start) {
            gaps.add(new Gap(recording, start, end));
        }
    }

    private void count() {
        ends = new long[gaps.size()];
        long sum = 0;
        for (int i = 0; i < ends.length; i++) {
            Gap gap = gaps.get(i);
            sum += (long) Math.max(1, Math.ceil((gap.end - gap.start) / seconds - 1e-9));
            ends[i] = sum;
        }
    }

    /** Number of stretches. */
    public long size() {
        return ends.length == 0 ? 0 : ends[ends.length - 1];
    }

    /** Length of a stretch in seconds. */
    public double seconds() {
        return seconds;
    }

    /** The first stretches of a random order that depends only on the list, the class and the length. */
    public List<ReviewedEvent> sample(int count) {
        Random random = ReviewSample.random(list.digest(), label + "\n" + Draw.UNLISTED + " " + seconds);
        Set<Long> taken = new HashSet<>();
        List<ReviewedEvent> all = new ArrayList<>();
        long size = size();
        while (all.size() < Math.min(count, size)) {
            long index = random.nextLong(size);
            if (taken.add(index)) {
                all.add(stretch(index));
            }
        }
        return all;
    }

    private ReviewedEvent stretch(long index) {
        int at = Arrays.binarySearch(ends, index + 1);
        int gap = at >= 0 ? at : -at - 1;
        Gap own = gaps.get(gap);
        double start = own.start + (index - (gap == 0 ? 0 : ends[gap - 1])) * seconds;
        return new ReviewedEvent(
                own.recording,
                start,
                Math.min(own.end, start + seconds),
                label,
                Double.NaN,
                Double.NaN,
                Double.NaN,
                Double.NaN);
    }

    /** Name of the stratum that these stretches are. */
    String stratum() {
        return Draw.UNLISTED + " " + seconds + " s";
    }

    /** How a stretch is drawn if so many are planned. */
    Draw draw(int planned) {
        return new Draw(
                Draw.Kind.SAMPLE,
                list.floor(),
                stratum(),
                Math.min(1, Math.max(1, planned) / (double) Math.max(1, size())),
                list.digest());
    }
}
