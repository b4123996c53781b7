package org.unmute.spark.layout;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.unmute.data.provenance.RunRecord;
import org.unmute.files.InputException;
import org.unmute.files.Sha256;
import org.unmute.files.TemporaryFile;
import org.unmute.probes.cache.ShardContents;
import org.unmute.probes.cache.files.FileManifest;
import org.unmute.spark.input.FileDigests;
import org.unmute.spark.input.HadoopFiles;
import org.unmute.spark.plan.PlannedClip;
import org.unmute.spark.table.ResultColumns;

/**
 * The folder that a job fills, as its driver sees it.
 *
 * <pre>
 * key.json                    the settings that all results share
 * index/part-*.parquet        a row for each clip, written and committed by Spark
 * tokens/shard-*.tok, .toc    a token cache: the shards that rows of the index name
 * events/part-*.parquet       a row for each event, made from the index at the end of a run
 * </pre>
 *
 * A row counts as soon as Spark has moved its part into {@code index}, which it does when the task ends. At the end of
 * a run {@code _manifest.json} in each folder states the files with their digests; that of {@code tokens} names the
 * record of the run only then. One thread at a time.
 */
public final class JobFolder implements Closeable {
    /** The token cache. */
    public static final String TOKENS = "tokens";
    /** The index, one row for each clip. */
    public static final String INDEX = "index";
    /** The table of events. */
    public static final String EVENTS = "events";

    private static final List<String> FOLDERS = List.of(TOKENS, INDEX, EVENTS);
    private static final Pattern PART = Pattern.compile("part-.*\\.parquet");
    private static final Pattern NUMBER = Pattern.compile("shard-(\\d{5,9})");
    private static final Pattern SHARD = Pattern.compile("shard-.*\\.(tok|toc)");

    private final SparkSession session;
    private final JavaSparkContext spark;
    private final JobStore store;
    private final JobLock lock;
    private final String run;
    private final boolean verify;
    private final List<String> remarks = new ArrayList<>();
    private final FolderManifests manifests;
    /** Files of tokens that are not what their manifest says. */
    private final Set<String> damaged = new HashSet<>();

    private boolean changed;

    private JobFolder(SparkSession session, JobStore store, JobLock lock, String run, boolean verify) {
        this.session = session;
        this.spark = JavaSparkContext.fromSparkContext(session.sparkContext());
        this.store = store;
        this.lock = lock;
        this.run = run;
        this.verify = verify;
        manifests = new FolderManifests(store, spark, remarks);
    }

    /**
     * Opens a folder, or makes one: locks it, deletes what tasks of dead runs had not committed, and compares its files
     * with its manifests. {@link #remarks()} says what is missing or damaged.
     *
     * @param folder a path or URI that Hadoop opens
     * @param breakLock whether to take it from a driver that is known to be dead
     * @param verify whether all bytes are compared, not only names and sizes
     * @throws InputException if another driver has the folder, or it was filled with another key or by another program
     * @throws IOException if the file system fails
     */
    public static JobFolder open(SparkSession session, String folder, JobKey key, boolean breakLock, boolean verify)
            throws IOException {
        JobStore store = JobStore.of(folder, session.sparkContext().hadoopConfiguration());
        store.makeFolder("");
        String run = UUID.randomUUID().toString().substring(0, 8);
        JobLock lock = JobLock.acquire(store, run, breakLock);
        try {
            JobFolder opened = new JobFolder(session, store, lock, run, verify);
            opened.begin(key);
            return opened;
        } catch (IOException | RuntimeException e) {
            try {
                lock.close();
            } catch (IOException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    private void begin(JobKey key) throws IOException {
        sweep("");
        Set<String> results = new TreeSet<>(names(TOKENS, SHARD).keySet());
        results.addAll(names(INDEX, PART).keySet());
        key.requireIn(store, remarks, results);
        for (String folder : FOLDERS) {
            store.makeFolder(folder);
            sweep(folder);
            // Where Spark's writer keeps what is not committed. A task that still runs cannot commit it any more.
            store.delete(folder + "/_temporary");
            manifests.read(folder);
        }
        List<String> parts = manifests.differing(INDEX, verify);
        damaged.addAll(manifests.differing(TOKENS, verify));
        boolean events = manifests.differing(EVENTS, verify).isEmpty()
                && !manifests.entries(EVENTS).isEmpty();
        changed = !parts.isEmpty() || !events;
        manifests.write(TOKENS, List.of()); // without the record of a run: not finished from here on
        for (String part : parts) {
            store.delete(INDEX + "/" + part);
        }
    }

    /** Deletes temporary files of killed processes. */
    private void sweep(String folder) throws IOException {
        Optional<Path> local = store.local(folder);
        if (local.isPresent()) {
            TemporaryFile.sweep(local.get(), Duration.ZERO);
        }
    }

    private SortedMap<String, Long> names(String folder, Pattern kind) throws IOException {
        SortedMap<String, Long> sizes = store.sizes(folder);
        sizes.keySet().removeIf(name -> !kind.matcher(name).matches());
        return sizes;
    }

    /** Messages about files that were missing or damaged. */
    public List<String> remarks() {
        return List.copyOf(remarks);
    }

    /** The folder as an unescaped URI. */
    public String place() {
        return store.place();
    }

    /** Name of this run, of lower-case letters and digits. */
    public String run() {
        return run;
    }

    /** Number of the first shard of this run, after those of all others. */
    public int firstShard() throws IOException {
        int first = 0;
        for (String name : names(TOKENS, SHARD).keySet()) {
            Matcher number = NUMBER.matcher(name);
            first = Math.max(first, number.lookingAt() ? Integer.parseInt(number.group(1)) + 1 : 0);
        }
        return first;
    }

    /**
     * The clips that a run still has to do.
     *
     * @param clips clips that have no row, or one that does not count: they could not be used, their files changed, or
     *     their tokens are lost; in the order of the plan
     * @param present number of clips whose rows stay
     * @param gone number of clips among them whose files no longer exist
     * @param noted number of clips among them whose labels or split are others now
     */
    public record Remaining(List<PlannedClip> clips, int present, int gone, int noted) {}

    /**
     * Compares a plan with the committed rows. Rows of clips that are to be done again are removed, by writing the
     * other rows of their parts again; a run that is killed meanwhile leaves some rows twice, of which the next removes
     * one. Then shards that no row names are deleted.
     */
    public Remaining settle(List<PlannedClip> plan) throws IOException {
        Set<String> there = names(TOKENS, SHARD).keySet();
        CommittedRows rows = CommittedRows.of(
                index(),
                plan,
                shard -> isWhole(shard, there),
                verify,
                uris -> uris.isEmpty() ? Map.of() : FileDigests.of(spark, uris));
        if (!rows.lostOthers().isEmpty()) {
            remarks.add(rows.lostOthers().size() + " clips whose tokens are lost, the first "
                    + rows.lostOthers().iterator().next()
                    + ", are not among the recordings of --audio: a run with their recordings does them again");
        }
        if (!rows.rewritten().isEmpty()) {
            String[] parts = rows.rewritten().stream()
                    .map(part ->
                            HadoopFiles.literally(store.path(INDEX + "/" + part).toString()))
                    .toArray(String[]::new);
            append(rows.staying(
                    session.read().schema(ResultColumns.INDEX.schema()).parquet(parts)));
            for (String part : rows.rewritten()) {
                store.delete(INDEX + "/" + part);
            }
        }
        deleteOthers(rows.shards());
        List<PlannedClip> remaining = rows.remaining();
        return new Remaining(remaining, plan.size() - remaining.size(), rows.gone(), rows.noted());
    }

    private boolean isWhole(String shard, Set<String> there) {
        String contents = ShardContents.nameFor(shard);
        return there.contains(shard)
                && there.contains(contents)
                && !damaged.contains(shard)
                && !damaged.contains(contents);
    }

    /** Deletes shards that no row names. */
    private void deleteOthers(Set<String> shards) throws IOException {
        Set<String> named = new HashSet<>(shards);
        shards.forEach(shard -> named.add(ShardContents.nameFor(shard)));
        if (manifests.entries(TOKENS).keySet().retainAll(named)) {
            manifests.write(TOKENS, List.of());
        }
        for (String name : names(TOKENS, SHARD).keySet()) {
            if (!named.contains(name)) {
                store.delete(TOKENS + "/" + name);
            }
        }
    }

    private Dataset<Row> index() throws IOException {
        if (names(INDEX, PART).isEmpty()) {
            return session.createDataFrame(List.of(), ResultColumns.INDEX.schema())
                    .selectExpr("*", "named_struct('file_name', '') as _metadata");
        }
        return session.read()
                .schema(ResultColumns.INDEX.schema())
                .parquet(HadoopFiles.literally(store.path(INDEX).toString()));
    }

    /**
     * Adds rows to the index. Those of a task count when it ends: Spark asks the driver which attempt may commit, and
     * moves its part into the folder.
     */
    public void append(Dataset<Row> rows) throws IOException {
        lock.requireHeld();
        changed = true;
        writer(rows, SaveMode.Append)
                .option("mapreduce.fileoutputcommitter.algorithm.version", "2")
                .parquet(store.path(INDEX).toString());
    }

    private static DataFrameWriter<Row> writer(Dataset<Row> rows, SaveMode mode) {
        return rows.write()
                .mode(mode)
                .option("compression", "zstd")
                .option("mapreduce.fileoutputcommitter.marksuccessfuljobs", "false");
    }

    /** Counts the rows of clips in the index, with some examples of those that are odd. */
    public RunRows rows(List<PlannedClip> clips, int examples) throws IOException {
        return RunRows.of(index(), clips, examples);
    }

    /**
     * Makes the table of events, deletes shards that no row names, and states all files.
     *
     * @param shards the shards that rows of the index name
     * @param written files of tokens that this run wrote, each as name, bytes and SHA-256
     * @param events whether the job keeps events
     * @return bytes of the files that this run wrote
     */
    public long seal(Set<String> shards, Collection<String> written, boolean events) throws IOException {
        lock.requireHeld();
        if (events && changed) {
            writer(index().selectExpr(ResultColumns.EVENT_TABLE), SaveMode.Overwrite)
                    .parquet(store.path(EVENTS).toString());
        }
        deleteOthers(shards);
        Map<String, FileManifest.Entry> known = new HashMap<>();
        for (String file : written) {
            String[] words = file.split(" ");
            known.put(words[0], new FileManifest.Entry(words[0], Long.parseLong(words[1]), words[2]));
        }
        return manifests.state(EVENTS, names(EVENTS, PART), Map.of())
                + manifests.state(INDEX, names(INDEX, PART), Map.of())
                + manifests.state(TOKENS, names(TOKENS, SHARD), known);
    }

    /** Ends a run: from here on the folder is finished. */
    public void end(RunRecord record) throws IOException {
        byte[] json = record.json();
        store.replace(TOKENS + "/" + RunRecord.FILE, json);
        lock.requireHeld();
        manifests.write(TOKENS, List.of(new FileManifest.Entry(RunRecord.FILE, json.length, Sha256.of(json))));
    }

    /** Releases the folder. */
    @Override
    public void close() throws IOException {
        lock.close();
    }
}
