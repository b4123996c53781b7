package org.unmute.cli.probe;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.option.LabelOptions;
import org.unmute.cli.option.ValidationOptions;
import org.unmute.cli.score.ClipGroups;
import org.unmute.data.LabelledClip;
import org.unmute.data.MalformedTableException;
import org.unmute.data.Manifest;
import org.unmute.data.provenance.RunRecord;
import org.unmute.data.provenance.Units;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.decision.Decisions;
import org.unmute.probes.decision.ThresholdRule;
import org.unmute.probes.pool.TrainedProbe;
import org.unmute.probes.train.CrossFit;
import org.unmute.probes.train.CrossFolds;
import org.unmute.probes.train.Scorer;
import org.unmute.probes.train.TokenSource;
import org.unmute.probes.train.ValidationSplit;
import org.unmute.probes.truth.RowTargets;

/**
 * The clips for learning thresholds and calibration, or the reason why there are none.
 *
 * @param rule    the criterion for thresholds; null if nothing is learned
 * @param train   the clips to train on, without those set aside
 * @param clips   the validation clips; null if nothing is learned. Where they are left out fold by fold, a class is
 *                unknown in those of a fold that has all of its clips: the probe of the fold has never heard it
 * @param folds   by which training clips are left out to be validated on; null if no validation clip is trained on
 * @param groups  the clips that are left out together
 * @param source  a description of the validation clips, or the reason why nothing is learned
 * @param missing validation clips of the labels that are not in the cache
 * @param remarks what of a share could not be set aside
 */
public record ValidationClips(
        ThresholdRule rule,
        Manifest train,
        Manifest clips,
        CrossFolds folds,
        ClipGroups groups,
        String source,
        List<String> missing,
        List<String> remarks) {
    private static final int BATCH = 64;
    private static final int NAMED = 10;
    /** The seed for setting clips aside, constant as in the protocol: all seeds of a run use the same clips. */
    private static final long SHARE_SEED = 0;

    /**
     * Finds the validation clips: the given splits, a share of the training clips, or else all training clips, fold by
     * fold, to which those of a split with a usual name are added.
     *
     * @param train    the training clips found in the cache
     * @param trained  the splits of these clips
     * @param tokens   the cache
     * @param remarks  receives warnings about missing clips; null for none
     * @throws CommandException if options contradict each other, the labels have no such split, or a validation clip is
     *     also a training clip
     */
    public static ValidationClips find(
            ValidationOptions options,
            LabelOptions labels,
            Manifest train,
            List<String> trained,
            TokenCache tokens,
            PrintWriter remarks)
            throws IOException {
        ThresholdRule rule = options.rule();
        if (rule == null) {
            return nothing(train, "--thresholds none was given");
        }
        if (options.share() != null) {
            return aside(rule, train, options.share());
        }
        List<String> classes = train.labels().names();
        // Discarded: the run's own record lists the training data, and validation-clips.csv lists these clips.
        RunRecord record = new RunRecord(List.of());
        List<String> missing = new ArrayList<>();
        if (options.splits() != null) {
            labels.requireSplits("--val-split", classes, record);
            Manifest found =
                    TokenData.matched(labels.read(classes, options.splits(), record, remarks), tokens, missing);
            return checked(given(rule, train, found, LabelOptions.inWords(options.splits()), missing));
        }
        String usual = labels.validationSplit(classes, trained, record);
        if (usual == null) {
            return crossed(rule, train, "", List.of());
        }
        Manifest.Matched found = TokenData.matchedOrNone(labels.read(classes, List.of(usual), record, remarks), tokens);
        if (found.manifest().clips().isEmpty()) {
            return crossed(rule, train, "", found.missing());
        }
        String source = LabelOptions.inWords(List.of(usual));
        requireOthers(train, found.manifest(), source);
        List<LabelledClip> all = new ArrayList<>(train.clips());
        all.addAll(found.manifest().clips());
        ValidationClips crossed = crossed(rule, new Manifest(all, train.labels()), " with " + source, found.missing());
        return crossed.any() // a short recording is divided by its split alone
                ? crossed
                : given(rule, train, found.manifest(), source, found.missing());
    }

    /** Clips of other splits than those to train on. */
    private static ValidationClips given(
            ThresholdRule rule, Manifest train, Manifest clips, String source, List<String> missing) {
        ClipGroups groups = ClipGroups.undivided(clips);
        return new ValidationClips(rule, train, clips, null, groups, source, missing, List.of());
    }

    /** Training clips, left out fold by fold. */
    private static ValidationClips crossed(ThresholdRule rule, Manifest train, String with, List<String> missing) {
        ClipGroups groups = ClipGroups.of(train);
        CrossFolds folds = CrossFolds.of(
                        groups.ofEach(train), train.targets(), train.labels().size())
                .orElse(null);
        if (folds == null) {
            return nothing(
                    train,
                    "all training clips are of one recording, which is too short to leave blocks of it out: label"
                            + " more recordings, or give --val-split NAME");
        }
        Map<String, Set<Integer>> foldsOf = new TreeMap<>();
        train.clips()
                .forEach(clip -> clip.labels()
                        .forEach(label -> foldsOf.computeIfAbsent(label, _ -> new HashSet<>())
                                .add(folds.folds().get(groups.of(clip.file())))));
        List<LabelledClip> left = new ArrayList<>();
        for (LabelledClip clip : train.clips()) {
            int fold = folds.fold(groups.of(clip.file()));
            if (fold != CrossFolds.NONE) {
                left.add(without(clip, label -> foldsOf.get(label).equals(Set.of(fold))));
            }
        }
        List<String> remarks = new ArrayList<>();
        if (!groups.areRecordings()) {
            remarks.add("the only recording is left out in blocks of " + Units.duration(groups.seconds())
                    + ", which are alike: expect less of other recordings");
        }
        List<String> single = foldsOf.keySet().stream()
                .filter(label -> foldsOf.get(label).size() == 1)
                .toList();
        if (!single.isEmpty()) {
            remarks.add("threshold " + Decisions.FALLBACK + " for " + Units.count(single.size(), "class")
                    + ", since all clips of each are of one " + groups.noun() + ": " + named(single));
        }
        return new ValidationClips(
                rule,
                train,
                new Manifest(left, train.labels()),
                folds,
                groups,
                folds.inWords() + with,
                missing,
                remarks);
    }

    /** A clip in which some of its labels are unknown. */
    private static LabelledClip without(LabelledClip clip, Predicate<String> hidden) {
        List<String> unknown = new ArrayList<>(clip.unknown());
        if (!clip.unknown().equals(LabelledClip.OTHERS)) {
            clip.labels().stream().filter(hidden).forEach(unknown::add);
        }
        return new LabelledClip(
                clip.file(),
                clip.split(),
                clip.labels().stream().filter(hidden.negate()).toList(),
                unknown,
                clip.group());
    }

    private static ValidationClips nothing(Manifest train, String reason) {
        return new ValidationClips(null, train, null, null, ClipGroups.undivided(train), reason, List.of(), List.of());
    }

    private static ValidationClips aside(ThresholdRule rule, Manifest all, double share) {
        try {
            ValidationSplit split = split(all, share);
            ValidationClips held = new ValidationClips(
                    rule,
                    some(all, split.train()),
                    some(all, split.validation()),
                    null,
                    ClipGroups.undivided(all),
                    "share " + share + " set aside",
                    List.of(),
                    new ArrayList<>());
            held.remark(all, share);
            return held;
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(
                    "--val-share: " + e.getMessage()
                            + " ('unmute labels --group-by block' divides recordings by blocks of time)",
                    e);
        }
    }

    private static ValidationSplit split(Manifest all, double share) {
        return ValidationSplit.of(
                ClipGroups.undivided(all).ofEach(all),
                all.targets(),
                all.labels().size(),
                share,
                SHARE_SEED);
    }

    /** Names the classes of which nothing was set aside, by what would change that. */
    private void remark(Manifest all, double share) {
        int wanted = (int) Math.round(share * all.clips().size());
        if (clips.clips().size() != wanted) {
            remarks.add(clips.clips().size() + " clips are set aside, the share asks for " + wanted
                    + ": no recording is divided, and no class loses more than half of its clips");
        }
        Map<String, Set<String>> recordingsOf = new HashMap<>();
        all.clips()
                .forEach(clip -> clip.labels()
                        .forEach(label -> recordingsOf
                                .computeIfAbsent(label, _ -> new HashSet<>())
                                .add(groups.of(clip.file()))));
        List<String> single = new ArrayList<>();
        List<String> more = new ArrayList<>();
        for (String unknown : unknownClasses()) {
            switch (recordingsOf.getOrDefault(unknown, Set.of()).size()) {
                case 0 -> {}
                case 1 -> single.add(unknown);
                default -> more.add(unknown);
            }
        }
        if (!single.isEmpty()) {
            remarks.add(Units.count(single.size(), "class")
                    + " cannot be divided, since all clips of each are of one recording: " + named(single));
        }
        for (int percent = (int) (share * 100) / 5 * 5 + 5; !more.isEmpty() && percent <= 50; percent += 5) {
            Set<String> without = new HashSet<>(recordingsOf.keySet());
            single.forEach(without::remove);
            some(all, split(all, percent / 100.0).validation())
                    .clips()
                    .forEach(clip -> clip.labels().forEach(without::remove));
            if (without.isEmpty()) {
                remarks.add("the share is too small for " + named(more) + ": --val-share " + percent / 100.0
                        + " would set aside clips of each that can be divided");
                return;
            }
        }
        if (!more.isEmpty()) {
            remarks.add("no share up to 0.5 sets whole recordings of " + named(more) + " aside without taking more"
                    + " than half of the clips of some class: label more recordings of "
                    + (more.size() == 1 ? "it" : "them"));
        }
    }

    private static Manifest some(Manifest all, int[] which) {
        return new Manifest(Arrays.stream(which).mapToObj(all.clips()::get).toList(), all.labels());
    }

    /** Throws rather than warns, since a threshold chosen on training clips is worthless. */
    private static ValidationClips checked(ValidationClips found) {
        requireOthers(found.train(), found.clips(), found.source());
        return found;
    }

    private static void requireOthers(Manifest train, Manifest found, String source) {
        Set<String> trained = new HashSet<>();
        train.clips().forEach(c -> trained.add(c.file()));
        List<String> both = found.clips().stream()
                .map(LabelledClip::file)
                .filter(trained::contains)
                .toList();
        if (!both.isEmpty()) {
            throw CommandException.input(both.size() + " of "
                    + found.clips().size() + " clips of "
                    + source + " are trained on, the first " + MalformedTableException.quote(both.getFirst())
                    + ": choose other splits with --split or --val-split, or set clips aside with --val-share");
        }
    }

    /** When the classes sound in the validation clips, without those that only the fold of a clip has. */
    RowTargets timed(RowTargets rows) {
        if (rows == null || folds == null) {
            return rows;
        }
        Map<String, LabelledClip> whole = new HashMap<>();
        train.clips().forEach(clip -> whole.put(clip.file(), clip));
        List<int[]> hidden = clips.clips().stream()
                .map(clip -> whole.get(clip.file()).labels().stream()
                        .filter(label -> !clip.labels().contains(label))
                        .mapToInt(clips.labels()::indexOf)
                        .toArray())
                .toList();
        return new RowTargets() {
            @Override
            public boolean read(int clip, int count, float[] to, int at) {
                boolean known = rows.read(clip, count, to, at);
                for (int row = 0; known && row < count; row++) {
                    for (int c : hidden.get(clip)) {
                        to[at + row * clips.labels().size() + c] = Float.NaN;
                    }
                }
                return known;
            }

            @Override
            public String fingerprint() {
                return rows.fingerprint();
            }
        };
    }

    /** Whether there are validation clips. */
    public boolean any() {
        return clips != null;
    }

    /** The group of each validation clip: its recording, or its block of a single recording. */
    List<String> groupOfEach() {
        return groups.ofEach(clips);
    }

    /**
     * The raw scores of the validation clips, {@code [clips, classes]}.
     *
     * @param cross scores the clips that it left out; null if the probe has heard none of the clips
     * @throws IOException if the tokens of the clips cannot be read
     */
    float[][] scores(TrainedProbe probe, CrossFit cross, TokenCache tokens) throws IOException {
        TokenSource source = TokenSource.of(
                tokens, clips.clips().stream().map(LabelledClip::file).toList());
        return cross == null ? Scorer.rawScores(probe, source, BATCH) : cross.rawScores(source, groupOfEach(), BATCH);
    }

    /** The probe with thresholds and calibration learned from {@link #scores}. */
    TrainedProbe taught(TrainedProbe probe, float[][] scores) {
        return probe.with(Decisions.learn(rule, source, scores, clips.multiHot(), clips.known()));
    }

    /** Classes without a validation clip, for which nothing is learned. */
    public List<String> unknownClasses() {
        if (!any()) {
            return List.of();
        }
        Set<String> seen = new HashSet<>();
        clips.clips().forEach(c -> seen.addAll(c.labels()));
        return clips.labels().names().stream().filter(c -> !seen.contains(c)).toList();
    }

    /** What is learned on which clips, or the reason why nothing is, for JSON and the record. */
    public record Summary(String rule, String source, int clips, List<String> unknownClasses, List<String> missing) {}

    /** See {@link Summary}. */
    public Summary summary() {
        return new Summary(
                any() ? rule.toString() : "none", source, any() ? clips.clips().size() : 0, unknownClasses(), missing);
    }

    /** Prints the same facts for a terminal. */
    public void print(PrintWriter o) {
        if (!any()) {
            o.println("no thresholds and no calibration learned: " + source);
            return;
        }
        o.println("thresholds (" + rule.inWords() + ") and calibration learned on "
                + clips.clips().size() + " clips (" + source + ")");
        if (!missing.isEmpty()) {
            o.println(missing.size() + " more are not in the cache, the first: "
                    + MalformedTableException.quote(missing.getFirst()));
        }
        List<String> unknown = new ArrayList<>(unknownClasses());
        if (folds != null) { // a remark names the others
            train.clips().forEach(clip -> unknown.removeAll(clip.labels()));
        }
        if (!unknown.isEmpty()) {
            o.println(unknown.size() + " of " + clips.labels().size()
                    + " classes have no clip among them and keep the threshold " + Decisions.FALLBACK + ": "
                    + named(unknown));
        }
        remarks.forEach(o::println);
    }

    private static String named(List<String> classes) {
        return String.join(", ", classes.subList(0, Math.min(NAMED, classes.size())))
                + (classes.size() > NAMED ? ", …" : "");
    }
}
