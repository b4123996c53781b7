package org.unmute.data.split;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.unmute.data.ClipId;
import org.unmute.data.LabelSet;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.files.PlainText;

/**
 * Likely errors in labels, found before training.
 *
 * @param clips       number of clips in each split, in the order of the splits
 * @param positives   number of clips of each class in each split, by class
 * @param unlabelled  number of clips without a label
 * @param unknown     number of clips in which a class is unknown, by class; only classes that are unknown somewhere
 * @param partly      number of clips in which some class is unknown
 * @param missing     for each split, the classes that have a clip in another split but none in this one
 * @param unused      classes without any positive clip
 * @param neverAbsent classes with positive training clips but without a training clip in which they are known to be
 *     absent
 * @param rare        classes with some, but fewer than the wanted number of training clips
 * @param shared      groups of clips with the same sound that lie in several splits
 * @param overlapping pairs of clips in different splits that overlap in one recording
 * @param alike       labels that differ only in case, spaces or punctuation
 */
public record LabelAudit(
        Map<String, Integer> clips,
        Map<String, Map<String, Integer>> positives,
        List<LabelledClip> unlabelled,
        Map<String, Integer> unknown,
        int partly,
        Map<String, List<String>> missing,
        List<String> unused,
        List<String> neverAbsent,
        Map<String, Integer> rare,
        List<List<LabelledClip>> shared,
        List<List<LabelledClip>> overlapping,
        List<List<String>> alike) {
    private static final int NAMED = 5;
    /** Maximum number of groups of clips that a record lists. */
    private static final int RECORDED = 1000;

    /** The stretch of a recording that a clip covers. */
    private record Stretch(LabelledClip clip, double start, double end) {}

    /**
     * Audits a manifest.
     *
     * @param recording  identifies the recording of a clip: a digest of the file, or its name
     * @param training   splits used for training; all splits if the manifest has none of these
     * @param minPositives number of training clips that a class should have
     */
    public static LabelAudit of(
            Manifest manifest,
            Function<LabelledClip, String> recording,
            Collection<String> training,
            int minPositives) {
        Map<String, Integer> clips = new LinkedHashMap<>();
        Map<String, Map<String, Integer>> positives = new TreeMap<>();
        List<LabelledClip> unlabelled = new ArrayList<>();
        Map<String, List<Stretch>> byRecording = new TreeMap<>();
        for (LabelledClip clip : manifest.clips()) {
            clips.merge(clip.split(), 1, Integer::sum);
            clip.labels()
                    .forEach(label -> positives
                            .computeIfAbsent(label, l -> new LinkedHashMap<>())
                            .merge(clip.split(), 1, Integer::sum));
            byRecording
                    .computeIfAbsent(recording.apply(clip), s -> new ArrayList<>())
                    .add(stretch(clip));
            if (clip.labels().isEmpty()) {
                unlabelled.add(clip);
            }
        }
        boolean known = training.stream().anyMatch(clips::containsKey);
        List<LabelledClip> trained = manifest.clips().stream()
                .filter(clip -> !known || training.contains(clip.split()))
                .toList();
        Map<String, Integer> unknownInTraining = unknown(trained, manifest.labels());
        Map<String, Integer> rare = new LinkedHashMap<>();
        List<String> neverAbsent = new ArrayList<>();
        positives.forEach((label, of) -> {
            int n = clips.keySet().stream()
                    .filter(split -> !known || training.contains(split))
                    .mapToInt(split -> of.getOrDefault(split, 0))
                    .sum();
            if (n > 0 && n < minPositives) {
                rare.put(label, n);
            }
            if (n > 0 && n + unknownInTraining.getOrDefault(label, 0) == trained.size()) {
                neverAbsent.add(label);
            }
        });
        List<List<LabelledClip>> shared = new ArrayList<>();
        List<List<LabelledClip>> overlapping = new ArrayList<>();
        byRecording.values().forEach(all -> inSeveralSplits(all, shared, overlapping));
        return new LabelAudit(
                clips,
                positives,
                List.copyOf(unlabelled),
                unknown(manifest.clips(), manifest.labels()),
                (int) manifest.clips().stream().filter(c -> !c.isKnown()).count(),
                missing(clips.keySet(), positives),
                manifest.labels().names().stream()
                        .filter(label -> !positives.containsKey(label))
                        .toList(),
                neverAbsent,
                rare,
                List.copyOf(shared),
                List.copyOf(overlapping),
                alike(manifest.labels().names()));
    }

    /** The number of clips in which a class is unknown, by class. */
    private static Map<String, Integer> unknown(List<LabelledClip> clips, LabelSet classes) {
        Map<String, Integer> unknown = new TreeMap<>();
        int others = 0;
        for (LabelledClip clip : clips) {
            boolean all = clip.unknown().equals(LabelledClip.OTHERS);
            others += all ? 1 : 0;
            // All classes but the labels are unknown.
            (all ? clip.labels() : clip.unknown()).forEach(label -> unknown.merge(label, all ? -1 : 1, Integer::sum));
        }
        for (String label : others > 0 ? classes.names() : List.<String>of()) {
            unknown.merge(label, others, Integer::sum);
        }
        unknown.values().removeIf(n -> n == 0);
        return unknown;
    }

    private static Stretch stretch(LabelledClip clip) {
        return ClipId.part(clip.file())
                .map(part -> new Stretch(clip, part.start(), part.end()))
                .orElse(new Stretch(clip, 0, Double.POSITIVE_INFINITY));
    }

    private static Map<String, List<String>> missing(Set<String> splits, Map<String, Map<String, Integer>> positives) {
        Map<String, List<String>> missing = new LinkedHashMap<>();
        for (String split : splits) {
            List<String> none = positives.keySet().stream()
                    .filter(label -> !positives.get(label).containsKey(split))
                    .toList();
            if (!none.isEmpty()) {
                missing.put(split, none);
            }
        }
        return missing;
    }

    /** Finds clips of one recording that overlap a clip of another split. */
    private static void inSeveralSplits(
            List<Stretch> all, List<List<LabelledClip>> shared, List<List<LabelledClip>> overlapping) {
        if (all.stream().map(s -> s.clip.split()).distinct().count() < 2) {
            return;
        }
        Map<String, List<LabelledClip>> same = new LinkedHashMap<>();
        all.forEach(s -> same.computeIfAbsent(s.start + "-" + s.end, k -> new ArrayList<>())
                .add(s.clip));
        same.values().stream()
                .filter(group ->
                        group.stream().map(LabelledClip::split).distinct().count() > 1)
                .map(List::copyOf)
                .forEach(shared::add);
        List<Stretch> byStart = all.stream()
                .sorted(Comparator.comparingDouble(Stretch::start).thenComparingDouble(Stretch::end))
                .toList();
        // For each split, the stretch that ends last so far; a later stretch overlaps this one or none of that split.
        Map<String, Stretch> furthest = new TreeMap<>();
        for (Stretch s : byStart) {
            furthest.forEach((split, before) -> {
                boolean equal = before.start == s.start && before.end == s.end;
                if (!split.equals(s.clip.split()) && !equal && before.end > s.start + 1e-6) {
                    overlapping.add(List.of(before.clip, s.clip));
                }
            });
            furthest.merge(s.clip.split(), s, (a, b) -> b.end > a.end ? b : a);
        }
    }

    private static List<List<String>> alike(List<String> labels) {
        Map<String, List<String>> bySimple = new TreeMap<>();
        labels.forEach(label -> bySimple.computeIfAbsent(
                        label.toLowerCase(Locale.ROOT).replaceAll("[\\s\\p{Punct}]+", ""), s -> new ArrayList<>())
                .add(label));
        return bySimple.entrySet().stream()
                .filter(e -> e.getValue().size() > 1 && !e.getKey().isEmpty())
                .map(e -> List.copyOf(e.getValue()))
                .toList();
    }

    /**
     * Whether there is no problem. Clips without a label are fine if they are meant as negative examples, and unused
     * classes may come from a vocabulary.
     */
    public boolean isClean() {
        return missing.isEmpty()
                && neverAbsent.isEmpty()
                && rare.isEmpty()
                && shared.isEmpty()
                && overlapping.isEmpty()
                && alike.isEmpty();
    }

    /**
     * All findings as text, one line each, with the first few names: {@link #problems} and findings that may be
     * intended.
     */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        int all = clips.values().stream().mapToInt(n -> n).sum();
        if (!unlabelled.isEmpty()) {
            lines.add(unlabelled.size() + " of " + all + " clips have no label and count as examples of no class, the"
                    + " first: " + PlainText.of(unlabelled.getFirst().file()));
        }
        if (partly > 0) {
            lines.add(partly + " of " + all + " clips count neither as examples of some classes nor as clips without"
                    + " them, because this is not known: " + few(mostFirst(unknown)));
        }
        if (!unused.isEmpty()) {
            lines.add(unused.size() + " classes have no clip at all: " + few(unused.stream()));
        }
        lines.addAll(problems());
        return lines;
    }

    /** The findings that keep the labels from being {@link #isClean}, one line each. */
    public List<String> problems() {
        List<String> lines = new ArrayList<>();
        missing.forEach((split, labels) -> lines.add(
                labels.size() + " classes have no clip in split " + split(split) + ": " + few(labels.stream())));
        if (!neverAbsent.isEmpty()) {
            lines.add(neverAbsent.size() + " classes are absent from no clip to train on, so that nothing shows what"
                    + " they are not: " + few(neverAbsent.stream()));
        }
        if (!rare.isEmpty()) {
            lines.add(rare.size() + " classes have few clips to train on: "
                    + few(rare.entrySet().stream()
                            .sorted(Map.Entry.comparingByValue())
                            .map(e -> e.getKey() + " " + e.getValue())));
        }
        if (!shared.isEmpty()) {
            lines.add(shared.size() + " sounds are in several splits, so the test knows the answer: "
                    + few(shared.stream().map(LabelAudit::places)));
        }
        if (!overlapping.isEmpty()) {
            lines.add(overlapping.size() + " pairs of clips in different splits overlap in one recording: "
                    + few(overlapping.stream().map(LabelAudit::places)));
        }
        if (!alike.isEmpty()) {
            lines.add(alike.size() + " groups of labels differ only in case, spaces or punctuation: "
                    + few(alike.stream().map(labels -> "'" + String.join("' and '", labels) + "'")));
        }
        return lines;
    }

    private static Stream<String> mostFirst(Map<String, Integer> counts) {
        return counts.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                .map(e -> e.getKey() + " " + e.getValue());
    }

    private static String split(String split) {
        return split.isEmpty() ? "''" : PlainText.of(split);
    }

    private static String places(List<LabelledClip> clips) {
        Set<String> places = new LinkedHashSet<>();
        clips.stream().limit(3).forEach(c -> places.add(c.file() + " (" + c.split() + ")"));
        return String.join(" and ", places);
    }

    private static String few(Stream<String> names) {
        List<String> all = names.limit(NAMED + 1).toList();
        return PlainText.of(String.join(", ", all.subList(0, Math.min(NAMED, all.size()))))
                + (all.size() > NAMED ? ", …" : "");
    }

    /** All findings, for a run record. */
    public Map<String, Object> describe() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("clips", clips);
        all.put("unlabelled", unlabelled.size());
        all.put("clipsNotKnownInFull", partly);
        all.put("clipsNotKnown", unknown);
        all.put("withoutClipInSplit", missing);
        all.put("withoutClip", unused);
        all.put("neverAbsent", neverAbsent);
        all.put("fewClips", rare);
        all.put("soundsInSeveralSplits", shared.size());
        all.put("soundInSeveralSplits", files(shared));
        all.put("overlapsAcrossSplits", overlapping.size());
        all.put("overlapAcrossSplits", files(overlapping));
        all.put("labelsAlike", alike);
        return all;
    }

    private static List<List<String>> files(List<List<LabelledClip>> groups) {
        return groups.stream()
                .limit(RECORDED)
                .map(group -> group.stream()
                        .map(c -> c.file() + " (" + c.split() + ")")
                        .toList())
                .toList();
    }
}
