package org.unmute.cli.probe;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.option.VerdictOptions;
import org.unmute.data.ClipId;
import org.unmute.data.LabelledClip;
import org.unmute.data.Manifest;
import org.unmute.data.RecordingNames;
import org.unmute.data.provenance.CacheOrigin;
import org.unmute.data.provenance.RunRecord;
import org.unmute.data.provenance.Units;
import org.unmute.data.verdict.VerdictLabels;
import org.unmute.models.encoder.RowTimes;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.stretch.Stretches;
import org.unmute.probes.train.Objective;
import org.unmute.probes.train.TokenSet;
import org.unmute.probes.train.TokenSource;

/**
 * Training clips with those stretches of cached recordings on which there are verdicts: the rows of tokens that lie in
 * them. No encoder runs.
 */
public final class VerdictClips implements Closeable {
    private final TokenCache cache;
    private final boolean isOwn;
    private final RowTimes times;
    private final List<String> clipIds = new ArrayList<>();
    private final List<Stretches.Stretch> stretches = new ArrayList<>();
    private final List<LabelledClip> labelled = new ArrayList<>();
    private final Set<String> missing = new TreeSet<>();
    private int held;
    private VerdictLabels labels;
    private List<String> folders;

    /**
     * What was learned from, for the record.
     *
     * @param folders   of the verdicts, as they were named; by default they decide when the probe detects
     * @param stretches number of stretches that train
     * @param present   answers that a class is there
     * @param absent    answers that it is not
     * @param sampled   verdicts left out, since they are of a random sample
     * @param held      stretches left out, since their recordings are validated on
     * @param missing   recordings without tokens
     */
    public record Summary(
            List<String> folders,
            int stretches,
            int present,
            int absent,
            int sampled,
            int held,
            List<String> missing) {}

    private VerdictClips(TokenCache cache, boolean isOwn, RowTimes times) {
        this.cache = cache;
        this.isOwn = isOwn;
        this.times = times;
    }

    /**
     * Finds the stretches in a cache.
     *
     * @param folder    another cache with the recordings of the verdicts; null if {@code tokens} has them
     * @param objective of the training
     * @param tokens    tokens of the training clips
     * @param own       the folder of these
     * @param held      clips to validate on, whose recordings are left out, and the classes
     * @param record    receives the numbers
     * @return null if no verdicts were given
     * @throws CommandException if no verdict can be learned from; the message says why
     */
    public static VerdictClips of(
            VerdictOptions options,
            Path folder,
            Objective objective,
            TokenCache tokens,
            Path own,
            ValidationClips held,
            RunRecord record,
            Consumer<String> tell)
            throws IOException {
        if (!options.given()) {
            return null;
        }
        if (objective.isSingleLabel()) {
            throw CommandException.usage("--verdicts say of one class whether it is there, and with --loss "
                    + objective.loss().name() + " a clip has exactly one: use asl or bce");
        }
        Path at = folder == null ? own : folder;
        RowTimes times = CacheOrigin.rowTimes(at)
                .orElseThrow(() -> CommandException.input("--verdicts: the record of the cache " + at
                        + " does not tell when its token rows begin: embed the recordings again"));
        TokenCache cache = folder == null ? tokens : TokenCache.open(at);
        VerdictClips clips = new VerdictClips(cache, folder != null, times);
        try {
            if (!cache.key().equals(tokens.key())) {
                throw CommandException.input("--verdict-cache " + at + ": its tokens are of " + cache.key()
                        + ", those to train with of " + tokens.key() + ": embed it with the same encoder and options");
            }
            clips.folders = options.folders().stream().map(Path::toString).toList();
            clips.labels = VerdictLabels.of(options.read(), held.train().labels(), options.withSample());
            clips.find(held.any() && held.folds() == null ? held.clips() : null);
            clips.tell(at, tell);
            record.result("verdicts", clips.summary());
            return clips;
        } catch (IOException | RuntimeException e) {
            clips.close();
            throw e;
        }
    }

    private void find(Manifest validation) {
        Map<String, List<CachedClip>> byRecording = new LinkedHashMap<>();
        for (CachedClip clip : cache.clips()) {
            byRecording
                    .computeIfAbsent(ClipId.recording(clip.id()), r -> new ArrayList<>())
                    .add(clip);
        }
        RecordingNames names = new RecordingNames(byRecording.keySet());
        Set<String> kept = new LinkedHashSet<>();
        if (validation != null) {
            validation.clips().forEach(c -> kept.add(ClipId.recording(c.file())));
        }
        Map<String, Integer> indices = new LinkedHashMap<>();
        for (LabelledClip clip : labels.clips()) {
            ClipId.Part part = ClipId.part(clip.file()).orElseThrow();
            String recording = found(names, part.file());
            if (recording == null) {
                missing.add(part.file());
            } else if (kept.contains(recording)) {
                held++;
            } else if (!add(clip, part, byRecording.get(recording), indices)) {
                missing.add(clip.file());
            }
        }
        clipIds.addAll(indices.keySet());
    }

    private static String found(RecordingNames names, String recording) {
        try {
            return names.find(recording).orElse(null);
        } catch (IllegalArgumentException e) {
            throw CommandException.input("--verdicts: " + e.getMessage(), e);
        }
    }

    /** Adds the rows of the clip that has most of a stretch; false if none has a row of it. */
    private boolean add(
            LabelledClip clip, ClipId.Part part, List<CachedClip> candidates, Map<String, Integer> indices) {
        CachedClip best = null;
        int[] rows = {0, 0};
        for (CachedClip one : candidates) {
            int[] own = rows(one, part);
            if (own[1] - own[0] > rows[1] - rows[0]) {
                rows = own;
                best = one;
            }
        }
        if (best == null) {
            return false;
        }
        int index = indices.computeIfAbsent(best.id(), id -> indices.size());
        stretches.add(new Stretches.Stretch(index, rows[0], rows[1]));
        labelled.add(clip);
        return true;
    }

    /** The rows of a cached clip whose middles lie in a stretch, or the one that has it. */
    private int[] rows(CachedClip clip, ClipId.Part part) {
        double start = ClipId.part(clip.id()).map(ClipId.Part::start).orElse(0.0);
        double half = times.rowSeconds() / 2;
        int from = 0;
        while (from < clip.sound() && start + times.seconds(from) + half < part.start()) {
            from++;
        }
        int to = from;
        while (to < clip.sound() && start + times.seconds(to) + half <= part.end()) {
            to++;
        }
        boolean within = from < clip.sound() && start + times.seconds(from) < part.end();
        return new int[] {from, to == from && within ? from + 1 : to};
    }

    private void tell(Path at, Consumer<String> tell) {
        Summary all = summary();
        if (!missing.isEmpty()) {
            tell.accept("--verdicts: no tokens in " + at + " of " + Units.count(missing.size(), "recording")
                    + " with verdicts, the first: " + missing.iterator().next()
                    + ": 'unmute embed' adds them to the cache");
        }
        if (held > 0) {
            tell.accept("--verdicts: " + Units.count(held, "example")
                    + " of recordings that are validated on were left out");
        }
        if (labels.contradicted() > 0) {
            tell.accept("--verdicts: " + labels.contradicted()
                    + " answers no were left out, since the class was found in a part of the stretch");
        }
        labels.others()
                .forEach((name, n) -> tell.accept("--verdicts: " + n + " verdicts on '" + name
                        + "' were left out: it is none of the classes of the labels"));
        if (all.sampled() > 0) {
            tell.accept("--verdicts: " + all.sampled() + " verdicts of the random sample were left out, so that they"
                    + " can estimate (--train-on-sample takes them)");
        }
        if (stretches.isEmpty()) {
            throw CommandException.input("--verdicts: there is nothing to learn from: "
                    + (all.sampled() > 0
                            ? all.sampled() + " verdicts are of the random sample (--train-on-sample)"
                            : missing.isEmpty()
                                    ? "no verdict says yes or no of a class of the labels"
                                    : "no recording with verdicts is in the cache " + at));
        }
        tell.accept("--verdicts: " + Units.count(all.stretches(), "example") + " to learn from: " + all.present()
                + " with a class, " + all.absent() + " without");
    }

    /** Numbers for the record. */
    public Summary summary() {
        int present = (int) labelled.stream().filter(c -> !c.labels().isEmpty()).count();
        return new Summary(
                folders,
                stretches.size(),
                present,
                stretches.size() - present,
                labels.sampled(),
                held,
                List.copyOf(missing));
    }

    /**
     * The training clips, then the stretches; of these, only their labels as a whole are known.
     *
     * @throws IOException if tokens cannot be read
     */
    public TokenSet with(TokenSet set) throws IOException {
        TokenSource all = TokenSource.of(cache, clipIds);
        TokenSource own = new Stretches(set.tokens().isSoundOnly() ? all.soundOnly() : all, stretches);
        float[] more = new Manifest(labelled, labels.classes()).targets();
        float[] targets = Arrays.copyOf(set.targets(), set.targets().length + more.length);
        System.arraycopy(more, 0, targets, set.targets().length, more.length);
        return new TokenSet(
                TokenSource.joined(List.of(set.tokens(), own)),
                targets,
                set.classes(),
                set.rows() == null ? null : set.rows().ofFirst(set.clips()),
                set.boxes() == null ? null : set.boxes().ofFirst(set.clips()));
    }

    /** The stretches that train, in the order of {@link #with}. */
    List<LabelledClip> labelled() {
        return List.copyOf(labelled);
    }

    @Override
    public void close() {
        if (isOwn) {
            cache.close();
        }
    }
}
