package org.unmute.spark.layout;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.unmute.data.provenance.RunRecord;
import org.unmute.files.Sha256;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;
import org.unmute.probes.cache.CacheKey;
import org.unmute.spark.input.Digests;
import org.unmute.spark.plan.Kept;
import org.unmute.spark.plan.PlannedClip;
import org.unmute.spark.table.ClipRow;
import org.unmute.spark.table.DetectedEvent;
import org.unmute.spark.table.RowForm;
import org.unmute.spark.table.ScoreVectors;
import org.unmute.spark.table.TableForms;
import org.unmute.spark.table.WhenAndWhere;
import org.unmute.tensor.DType;

/** A job without an encoder: the results of a clip depend only on its id and its file's stamp. */
record SampleJob(String folder, Path scratch, Configuration configuration, boolean breakLock, int attempts) {
    static final CacheKey TOKENS = new CacheKey("sample", "hash", "front end", "hash of it", DType.F16);
    static final Set<Kept> KEPT = EnumSet.allOf(Kept.class);

    static JobKey key(String encoderHash) {
        TreeMap<String, String> values = new TreeMap<>();
        values.put("encoderHash", encoderHash);
        values.put("dtype", "F16");
        return new JobKey(values, "sample encoder", "front end", List.of("dog", "cat"));
    }

    /** Returns a copy with one attempt at each share. */
    SampleJob once() {
        return new SampleJob(folder, scratch, configuration, breakLock, 1);
    }

    JobFolder open() throws IOException {
        return open(false);
    }

    /** @param verify whether all bytes of the folder are compared */
    JobFolder open(boolean verify) throws IOException {
        return open(verify, _ -> {});
    }

    /** @param tell receives messages about what is being waited for */
    JobFolder open(Consumer<String> tell) throws IOException {
        return open(false, tell);
    }

    private JobFolder open(boolean verify, Consumer<String> tell) throws IOException {
        JobKey plain = key("hash");
        TreeMap<String, String> values = new TreeMap<>(plain.values());
        values.put("kept", "tokens,pooled,scores,events");
        JobKey key = new JobKey(values, plain.encoder(), plain.frontEnd(), plain.classes());
        return JobFolder.open(folder, key, breakLock, configuration, verify, Digests.here(configuration), tell);
    }

    /** Clips, some with odd names; every seventh is unusable. */
    static List<PlannedClip> clips(int from, int to, String stamp) {
        List<PlannedClip> clips = new ArrayList<>();
        for (int i = from; i < to; i++) {
            String file = "_odd folder_/a:b#" + i + " é.wav";
            clips.add(new PlannedClip(
                    file,
                    file,
                    "hdfs://x/" + file,
                    0,
                    Double.POSITIVE_INFINITY,
                    1,
                    i % 2 == 0 ? "dog" : null,
                    "train",
                    stamp));
        }
        return clips;
    }

    static boolean isUnusable(PlannedClip clip) {
        return Integer.parseInt(clip.clip().replaceAll(".*#(\\d+) .*", "$1")) % 7 == 6;
    }

    static String audio(PlannedClip clip) {
        return Sha256.of(clip.clip() + clip.stamp().replace("touched ", ""));
    }

    static Features features(PlannedClip clip) {
        Random random = new Random(audio(clip).hashCode());
        float[] tokens = new float[2 * 3 * 4];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = random.nextInt(1000) / 64f;
        }
        return new Features(new TokenMap(2, 3, 4, tokens, new float[] {1, 2, 3, random.nextInt(9)}));
    }

    /** The clips that are left to do. */
    static List<PlannedClip> missing(KnownClips known, List<PlannedClip> planned) {
        return planned.stream()
                .filter(clip -> switch (known.of(clip)) {
                    case DONE -> false;
                    case TOUCHED -> !known.hasAudio(clip, audio(clip));
                    case NEW, FAILED, CHANGED -> true;
                })
                .toList();
    }

    /** Runs the job to its end and returns the number of clips that it had to do. */
    int run(List<PlannedClip> planned, int share) throws IOException {
        return run(planned, share, false, new ArrayList<>());
    }

    /**
     * Runs the job to its end and returns the number of clips that it had to do.
     *
     * @param verify whether all bytes of the folder are compared
     * @param remarks receives remarks about results that are made again
     */
    int run(List<PlannedClip> planned, int share, boolean verify, List<String> remarks) throws IOException {
        try (JobFolder opened = open(verify)) {
            remarks.addAll(opened.remarks());
            KnownClips known = opened.known();
            List<PlannedClip> touched = new ArrayList<>();
            for (PlannedClip clip : planned) {
                if (known.of(clip) == KnownClips.Standing.TOUCHED && known.hasAudio(clip, audio(clip))) {
                    touched.add(clip);
                }
            }
            opened.revise(touched);
            known = opened.known();
            List<PlannedClip> missing = missing(known, planned);
            KnownClips before = known;
            boolean again = missing.stream().anyMatch(c -> before.of(c) != KnownClips.Standing.NEW);
            int number = opened.firstShare();
            try (ShareCommits commits = opened.commits()) {
                for (int at = 0; at < missing.size(); at += share) {
                    List<PlannedClip> clips = missing.subList(at, Math.min(missing.size(), at + share));
                    if (attempts > 1) {
                        write(opened.target(KEPT), number, "8", clips); // an attempt that lost
                    }
                    commits.add(write(opened.target(KEPT), number++, "9", clips));
                }
                commits.finish();
            }
            opened.complete(again, new RunRecord(List.of("org.unmute.spark.Embed", "--sample")));
            return missing.size();
        }
    }

    ShareResult write(ShareTarget target, int number, String attempt, List<PlannedClip> clips) throws IOException {
        Path disk = Files.createTempDirectory(scratch, "share");
        try (ShareWriter writer = ShareWriter.open(target, number, attempt, disk, TOKENS, configuration)) {
            for (PlannedClip clip : clips) {
                add(writer, clip);
            }
            return writer.finish();
        }
    }

    private static void add(ShareWriter writer, PlannedClip clip) throws IOException {
        boolean bad = isUnusable(clip);
        ClipRow row = new ClipRow(
                clip.origin(),
                audio(clip),
                bad ? null : new float[] {1, 2, 3, 4},
                bad ? null : new ScoreVectors(new float[] {0.25f, 0.75f}, new float[] {0.2f, 0.7f}),
                bad ? "no sound file" : null);
        Features features = bad ? null : features(clip);
        writer.add(row, features, bad ? List.of() : List.of(event(clip, "dog"), event(clip, "cat")), bad ? 0 : 1);
    }

    private static DetectedEvent event(PlannedClip clip, String label) {
        return new DetectedEvent(
                clip.clip(), clip.file(), label, 0.25, 0.75, 100, 8000, 0.5, 0.5, WhenAndWhere.NONE, 1);
    }

    /** Every row of a table that counts. */
    static <T> List<T> rows(String folder, Configuration configuration, String table, RowForm<T> form)
            throws IOException {
        JobStore store = JobStore.of(folder, configuration);
        IndexParts parts = new IndexParts(store);
        List<T> rows = new ArrayList<>();
        for (String name : parts.names(table).values()) {
            parts.read(table + "/" + name, form.schema(), row -> rows.add(form.row(row)));
        }
        return rows;
    }

    List<ClipRow> index() throws IOException {
        return rows(folder, configuration, JobFolder.INDEX, TableForms.index());
    }

    List<DetectedEvent> events() throws IOException {
        return rows(folder, configuration, JobFolder.EVENTS, TableForms.events());
    }

    /** The local path of the folder. */
    Path root() {
        return Path.of(new org.apache.hadoop.fs.Path(folder).toUri().getPath());
    }

    /** Relative paths of all files in the folder. */
    Set<String> files() throws IOException {
        Path root = root();
        Set<String> names = new TreeSet<>();
        try (Stream<Path> all = Files.walk(root)) {
            all.filter(Files::isRegularFile)
                    .forEach(file -> names.add(root.relativize(file).toString()));
        }
        return names;
    }
}
