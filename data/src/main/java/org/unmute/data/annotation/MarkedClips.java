package org.unmute.data.annotation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.unmute.data.annotation.SparseRecording.Span;

/**
 * Places clips in a sparse recording. Each mark with a label lies in a clip, alone or with neighbouring marks, at
 * another place in each: if sounds were in the middle of all clips, a probe would look for them there. Where the
 * surroundings are not known far enough, it lies in the middle. A mark longer than a clip has several clips. Clips
 * without a mark then fill the annotated spans between marks. At least half of a clip around a mark does not lie in
 * any other such clip, except at the end of the recording.
 */
final class MarkedClips {
    /** Multiples of it, modulo 1, are spread evenly however many there are. */
    private static final double GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;

    private final double length;
    private final double hop;
    private final double last;
    private final SparseRecording recording;
    /** Starts of the clips around marks. */
    private final TreeSet<Double> around = new TreeSet<>();

    private final TreeSet<Double> all = new TreeSet<>();
    /** Where in its clip the next mark lies, from 0 to 1. */
    private double position;

    private MarkedClips(ClipCutter cutter, double duration, SparseRecording recording) {
        length = cutter.length();
        hop = length - cutter.overlap();
        last = duration - length;
        this.recording = recording;
    }

    /**
     * The clips of a recording in order, each as long as the cutter requires, or as the recording if that is shorter.
     *
     * @param duration of the recording in seconds
     * @throws IllegalArgumentException as {@link ClipCutter#cut}
     */
    static List<Span> of(ClipCutter cutter, double duration, SparseRecording recording) {
        cutter.requireFew(duration);
        if (duration <= cutter.length()) {
            return List.of(new Span(0, duration));
        }
        MarkedClips clips = new MarkedClips(cutter, duration, recording);
        clips.placeAround(duration);
        clips.placeBetween(duration);
        return clips.all.stream()
                .map(start -> new Span(start, Math.min(duration, start + cutter.length())))
                .toList();
    }

    private void placeAround(double duration) {
        List<Span> marks = recording.marks().stream()
                .filter(mark -> !mark.isWhole() && !mark.label().isEmpty() && mark.onset() < duration)
                .map(mark -> new Span(mark.onset(), Math.min(duration, mark.offset())))
                .sorted(Comparator.comparingDouble(Span::start).thenComparingDouble(Span::end))
                .toList();
        List<Span> few = marks.stream()
                .filter(mark -> mark.end() - mark.start() <= length)
                .toList();
        if (!few.isEmpty()) {
            // Recordings with one mark each need different positions, too.
            position =
                    new SplittableRandom(Double.doubleToLongBits(few.getFirst().start())).nextDouble();
        }
        for (int i = 0; i < few.size(); i++) {
            Span mark = few.get(i);
            if (!isInside(mark)) {
                double end = mark.end();
                for (int j = i + 1; j < few.size() && few.get(j).end() - mark.start() <= length; j++) {
                    end = Math.max(end, few.get(j).end());
                }
                place(around(mark.start(), end), mark);
            }
        }
        for (Span mark : marks) {
            double span = mark.end() - mark.start();
            if (span > length) {
                long more = Math.max(0, Math.round((span - length) / hop));
                double middle = (mark.start() + mark.end() - more * hop - length) / 2;
                double first = Math.max(0, Math.min(middle, last - more * hop));
                List<Double> found = free(first, Math.min(last, first + more * hop), Math.min(hop, length / 2));
                around.addAll(found);
                all.addAll(found);
            }
        }
    }

    /** The start of a clip that has all from one time to another: the further, the later in the clip that lies. */
    private double around(double from, double to) {
        double earliest = to - length;
        double latest = from;
        if (!recording.isKnownThroughout()) {
            Span known = recording.known().stream()
                    .filter(span -> span.start() <= from + SparseRecording.ROUNDING
                            && span.end() >= to - SparseRecording.ROUNDING)
                    .findFirst()
                    .orElse(new Span(from, to));
            earliest = Math.max(earliest, known.start());
            latest = Math.min(latest, known.end() - length);
        }
        position = (position + GOLDEN_RATIO) % 1;
        return latest < earliest ? (from + to - length) / 2 : latest - position * (latest - earliest);
    }

    /** Whether a mark lies in the clip around an earlier one; marks are passed in the order of their starts. */
    private boolean isInside(Span mark) {
        Double start = around.floor(mark.start());
        return start != null && mark.end() <= start + length + SparseRecording.ROUNDING;
    }

    /** Places a clip, or moves it later if it would share more than half with the previous one. */
    private void place(double wanted, Span mark) {
        double start = Math.max(0, wanted);
        if (!around.isEmpty()) {
            double before = around.last();
            start = Math.max(start, before + Math.min(hop, length / 2));
            double inside = Math.min(mark.end(), before + length) - Math.max(mark.start(), before);
            // The end of the recording may not leave room for half a clip.
            if (start > last && inside >= Math.min(length, mark.end() - mark.start()) / 2) {
                return;
            }
        }
        start = rounded(Math.min(start, last));
        around.add(start);
        all.add(start);
    }

    /** Rounds to microseconds, as in clip ids. */
    private static double rounded(double seconds) {
        return Math.max(0, Math.rint(seconds * 1e6) / 1e6);
    }

    private void placeBetween(double duration) {
        List<Span> marks = SparseRecording.joined(recording.marks().stream()
                .filter(mark -> !mark.isWhole())
                .map(mark -> new Span(mark.onset(), mark.offset()))
                .toList());
        List<Span> known = recording.isKnownThroughout() ? List.of(new Span(0, duration)) : recording.known();
        for (Span span : known) {
            double from = Math.max(0, span.start());
            for (Span mark : within(marks, span)) {
                fill(from, Math.min(duration, mark.start()));
                from = Math.max(from, mark.end());
            }
            fill(from, Math.min(duration, span.end()));
        }
    }

    private static List<Span> within(List<Span> marks, Span span) {
        List<Span> some = new ArrayList<>();
        // Both are sorted: a binary search finds the first mark of the span.
        int low = 0;
        int high = marks.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (marks.get(middle).end() < span.start()) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        for (int i = low; i < marks.size() && marks.get(i).start() <= span.end(); i++) {
            some.add(marks.get(i));
        }
        return some;
    }

    /** Places clips in a stretch without marks; at most three quarters of each lie in a clip around a mark. */
    private void fill(double from, double to) {
        all.addAll(free(from, to - length, length / 4));
    }

    /** Starts of clips between two times, one hop apart, none closer than {@code apart} to a clip around a mark. */
    private List<Double> free(double from, double to, double apart) {
        List<Double> starts = new ArrayList<>();
        double start = from;
        while (start <= to + SparseRecording.ROUNDING) {
            Double near = around.higher(start - apart + SparseRecording.ROUNDING);
            if (near != null && near < start + apart - SparseRecording.ROUNDING) {
                start = near + apart;
            } else {
                starts.add(rounded(Math.min(start, last)));
                start += hop;
            }
        }
        return starts;
    }
}
