package org.unmute.data.annotation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.unmute.data.ClipId;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.data.annotation.SparseRecording.Span;
import org.unmute.data.split.GroupedSplit;
import org.unmute.files.PlainText;

/**
 * Splits recordings into blocks of time, so that clips of one recording can be used for both training and testing.
 * Block boundaries do not cut marks, and a boundary between two splits is surrounded by a guard without clips. Blocks
 * are shortened if the clips of a class would otherwise lie in too few of them.
 */
public final class TimeBlocks {
    private final Rule rule;
    private final int splits;
    private final Map<String, Recording> recordings = new TreeMap<>();
    private final List<String> remarks = new ArrayList<>();

    /**
     * Lengths of blocks and guards.
     *
     * @param block in seconds, positive; blocks are longer where marks leave no room for a boundary
     * @param guard in seconds, at least 0: minimum distance between clips of two splits
     */
    public record Rule(double block, double guard) {
        /** @throws IllegalArgumentException if a value is out of range */
        public Rule {
            if (!(block > 0 && block < Double.POSITIVE_INFINITY) || !(guard >= 0 && guard < block)) {
                throw new IllegalArgumentException("blocks of time: the block must be longer than 0 s, and the guard"
                        + " shorter than the block: " + block + " s, " + guard + " s");
            }
        }
    }

    /**
     * Clips assigned to splits.
     *
     * @param manifest without the clips in guards
     * @param blocks   number of blocks that have clips
     * @param guarded  number of clips left out because they lie in a guard
     * @param remarks  reports classes for which marks leave no room for a boundary
     */
    public record Split(Manifest manifest, int blocks, int guarded, List<String> remarks) {}

    private record Clip(double start, double end, List<String> labels) {
        double middle() {
            return (start + end) / 2;
        }
    }

    /** A recording; recordings with the same sound are merged into one. */
    private static final class Recording {
        private final String name;
        private final List<Clip> clips = new ArrayList<>();
        private final List<Annotation> marks = new ArrayList<>();
        private final List<Span> taken = new ArrayList<>();
        /** Starts of the blocks, the first of which is 0. */
        private final TreeSet<Double> starts = new TreeSet<>(Set.of(0.0));

        Recording(String name) {
            this.name = name;
        }

        String block(Clip clip) {
            return name + "#" + starts.floor(clip.middle());
        }

        double end() {
            return Math.max(
                    clips.stream().mapToDouble(Clip::end).max().orElse(0),
                    marks.stream().mapToDouble(Annotation::offset).max().orElse(0));
        }
    }

    private TimeBlocks(Rule rule, int splits) {
        this.rule = rule;
        this.splits = splits;
    }

    /**
     * Splits clips.
     *
     * @param manifest clips that are parts of recordings
     * @param plan     provides the marks of the recordings
     * @param sounds   maps each recording to the first one with the same bytes
     * @param shares   share of each split, as in {@link GroupedSplit}; each class with two clips that a guard can
     *     separate has one in each of the first two splits
     * @param seed     for the order of blocks of the same size
     * @throws IllegalArgumentException if a clip is a whole recording, or there are too few blocks for the splits
     */
    public static Split of(
            Manifest manifest,
            ClipPlan plan,
            Map<String, String> sounds,
            Map<String, Double> shares,
            Rule rule,
            long seed) {
        TimeBlocks blocks = new TimeBlocks(rule, shares.size());
        List<Recording> recordingOf = new ArrayList<>();
        List<Clip> clips = new ArrayList<>();
        Set<String> seen = new LinkedHashSet<>();
        for (LabelledClip one : manifest.clips()) {
            ClipId.Part part = ClipId.part(one.file())
                    .orElseThrow(() -> new IllegalArgumentException("blocks of time: " + PlainText.quote(one.file())
                            + " is a whole recording: cut recordings into clips (--clip SECONDS), or group by"
                            + " recording"));
            Recording recording =
                    blocks.recordings.computeIfAbsent(sounds.getOrDefault(part.file(), part.file()), Recording::new);
            Clip clip = new Clip(part.start(), part.end(), one.labels());
            recording.clips.add(clip);
            recordingOf.add(recording);
            clips.add(clip);
            if (seen.add(part.file())) {
                recording.marks.addAll(plan.marks(part.file()));
            }
            if (plan.isSparse(part.file()) && !one.labels().isEmpty()) {
                recording.taken.add(blocks.guarded(clip.start, clip.end));
            }
        }
        blocks.recordings.values().forEach(blocks::begin);
        blocks.adapt();
        List<String> groups = new ArrayList<>();
        for (int i = 0; i < clips.size(); i++) {
            groups.add(recordingOf.get(i).block(clips.get(i)));
        }
        int found = new LinkedHashSet<>(groups).size();
        if (found < shares.size()) {
            throw new IllegalArgumentException("blocks of time: " + found + " blocks cannot fill " + shares.size()
                    + " splits: " + blocks.reason());
        }
        Map<String, String> splitOf =
                GroupedSplit.spread(groups, clips.stream().map(Clip::labels).toList(), shares, seed);
        return blocks.split(manifest, recordingOf, clips, groups, splitOf);
    }

    private String reason() {
        return (remarks.isEmpty() ? "the clips lie in too short a time" : remarks.getFirst())
                + ": choose shorter blocks (--block), a shorter guard (--guard) or fewer splits";
    }

    /** A stretch extended by half a guard on both sides, in which no boundary may lie. */
    private Span guarded(double start, double end) {
        return new Span(start - rule.guard / 2, end + rule.guard / 2);
    }

    /** Sets the initial boundaries of a recording, one block length apart where no mark is in the way. */
    private void begin(Recording recording) {
        recording.marks.forEach(mark -> recording.taken.add(guarded(mark.onset(), mark.offset())));
        List<Span> taken = SparseRecording.joined(recording.taken);
        recording.taken.clear();
        recording.taken.addAll(taken);
        recording.clips.sort(Comparator.comparingDouble(Clip::start));
        double end = recording.end();
        int next = 0;
        double before = 0;
        while (true) {
            double boundary = before + rule.block;
            while (next < taken.size() && taken.get(next).end() <= boundary) {
                next++;
            }
            if (next < taken.size() && taken.get(next).start() < boundary) {
                boundary = taken.get(next).end();
            }
            if (boundary > end - rule.block / 2) {
                boundary = end;
            }
            if (boundary - before >= 2 * rule.block) {
                remarkOnLong(recording, before, boundary);
            }
            if (boundary >= end) {
                return;
            }
            recording.starts.add(boundary);
            before = boundary;
        }
    }

    private void remarkOnLong(Recording recording, double from, double to) {
        List<Annotation> within = recording.marks.stream()
                .filter(mark -> mark.offset() > from && mark.onset() < to)
                .sorted(Comparator.comparingDouble(Annotation::onset))
                .toList();
        if (!within.isEmpty()) {
            remarks.add("the marks of " + PlainText.of(recording.name) + " from " + place(within.getFirst()) + " to "
                    + place(within.getLast()) + " leave no gap of " + ClipId.seconds(rule.guard)
                    + " s where a block of " + ClipId.seconds(rule.block) + " s could end: they stay in one block of "
                    + Math.round(to - from) + " s; a shorter --guard lets it be divided");
        }
    }

    private static String place(Annotation mark) {
        return PlainText.quote(mark.label()) + " at " + ClipId.seconds(mark.onset()) + " s";
    }

    /** Divides blocks until each class lies in as many blocks as there are splits, as far as its clips allow. */
    private void adapt() {
        Map<String, Integer> clipsOf = new TreeMap<>();
        recordings
                .values()
                .forEach(recording -> recording.clips.forEach(
                        clip -> clip.labels.forEach(label -> clipsOf.merge(label, 1, Integer::sum))));
        clipsOf.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                .forEach(one -> adapt(one.getKey(), Math.min(splits, one.getValue())));
    }

    private void adapt(String label, int wanted) {
        Set<String> blocks = blocksOf(label);
        while (blocks.size() < wanted && divide(label)) {
            blocks = blocksOf(label);
        }
        if (wanted > 1 && blocks.size() == 1) {
            Recording recording = recordings.get(blocks.iterator().next().replaceFirst("#[^#]*$", ""));
            List<Clip> clips = of(recording, label);
            remarks.add("all clips of " + PlainText.quote(label) + " are in one split: between "
                    + ClipId.seconds(clips.getFirst().start) + " and " + ClipId.seconds(clips.getLast().end) + " s of "
                    + PlainText.of(recording.name) + " no boundary with a guard of " + ClipId.seconds(rule.guard)
                    + " s fits between them: mark more of it elsewhere, or choose a shorter --guard");
        }
    }

    private Set<String> blocksOf(String label) {
        Set<String> blocks = new LinkedHashSet<>();
        recordings
                .values()
                .forEach(recording -> of(recording, label).forEach(clip -> blocks.add(recording.block(clip))));
        return blocks;
    }

    private static List<Clip> of(Recording recording, String label) {
        return recording.clips.stream()
                .filter(clip -> clip.labels.contains(label))
                .toList();
    }

    /** Among neighbouring clips of a class in one block, adds a boundary at the widest gap; false if there is none. */
    private boolean divide(String label) {
        Recording best = null;
        Span widest = null;
        for (Recording recording : recordings.values()) {
            Clip before = null;
            for (Clip clip : of(recording, label)) {
                if (before != null && recording.block(before).equals(recording.block(clip))) {
                    Span free = free(recording, before.end + rule.guard / 2, clip.start - rule.guard / 2);
                    if (free != null && (widest == null || free.end() - free.start() > widest.end() - widest.start())) {
                        widest = free;
                        best = recording;
                    }
                }
                before = before == null || clip.end > before.end ? clip : before;
            }
        }
        return best != null && best.starts.add((widest.start() + widest.end()) / 2);
    }

    /** The longest stretch between two times in which a boundary may lie; null if there is none. */
    private static Span free(Recording recording, double from, double to) {
        Span widest = null;
        double start = from;
        for (Span taken : recording.taken) {
            if (taken.end() > start && taken.start() < to) {
                widest = wider(widest, start, taken.start());
                start = taken.end();
            }
        }
        return wider(widest, start, to);
    }

    private static Span wider(Span span, double start, double end) {
        boolean is =
                end >= start - SparseRecording.ROUNDING && (span == null || end - start > span.end() - span.start());
        return is ? new Span(start, end) : span;
    }

    /** The clips with their splits, without clips in guards. */
    private Split split(
            Manifest manifest,
            List<Recording> recordingOf,
            List<Clip> clips,
            List<String> groups,
            Map<String, String> splitOf) {
        Map<String, TreeSet<Double>> guards = new HashMap<>();
        recordings.forEach((name, recording) -> guards.put(name, boundariesOfSplits(recording, splitOf)));
        List<LabelledClip> left = new ArrayList<>();
        for (int i = 0; i < clips.size(); i++) {
            Clip clip = clips.get(i);
            double half = rule.guard / 2 - SparseRecording.ROUNDING;
            Double guard = guards.get(recordingOf.get(i).name).higher(clip.start - half);
            if (guard == null || guard >= clip.end + half) {
                LabelledClip one = manifest.clips().get(i);
                left.add(one.as(one.file(), splitOf.get(groups.get(i))));
            }
        }
        Set<String> empty = new LinkedHashSet<>(splitOf.values());
        left.forEach(clip -> empty.remove(clip.split()));
        if (!empty.isEmpty()) {
            throw new IllegalArgumentException("blocks of time: no clip of split " + String.join(", ", empty)
                    + " lies outside the guards: choose longer blocks (--block) or a shorter guard (--guard)");
        }
        return new Split(
                new Manifest(left, manifest.labels()),
                splitOf.size(),
                clips.size() - left.size(),
                List.copyOf(remarks));
    }

    /** Starts of blocks whose split differs from that of the previous block; blocks without clips are ignored. */
    private static TreeSet<Double> boundariesOfSplits(Recording recording, Map<String, String> splitOf) {
        Map<Double, String> splits = new LinkedHashMap<>();
        recording.clips.stream()
                .sorted(Comparator.comparingDouble(Clip::middle))
                .forEach(clip -> splits.put(recording.starts.floor(clip.middle()), splitOf.get(recording.block(clip))));
        TreeSet<Double> boundaries = new TreeSet<>();
        String before = null;
        for (Map.Entry<Double, String> block : splits.entrySet()) {
            if (before != null && !before.equals(block.getValue())) {
                boundaries.add(block.getKey());
            }
            before = block.getValue();
        }
        return boundaries;
    }
}
