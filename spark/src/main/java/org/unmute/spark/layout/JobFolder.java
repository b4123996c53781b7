package org.unmute.spark.layout;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.unmute.data.provenance.RunRecord;
import org.unmute.files.InputException;
import org.unmute.files.SettingsException;
import org.unmute.probes.cache.ShardContents;
import org.unmute.spark.input.Digests;
import org.unmute.spark.plan.Kept;
import org.unmute.spark.plan.PlannedClip;

/**
 * The folder that a job fills, as the driver sees it: locked, with all decisions of earlier runs carried out.
 *
 * <pre>
 * key.json                        the settings that all results share
 * _manifest.json                  its digest; in each folder below, names, sizes and digests of the files that count
 * tokens/shard-NNNNN.tok, .toc    a token cache, a shard for each task; run.json of the last run
 * index/part-NNNNN.parquet        a row for each clip
 * events/part-NNNNN.parquet       a row for each event
 * _attempts/                      files that do not count yet
 * </pre>
 *
 * One thread at a time; {@link ShareCommits} accepts results from any thread.
 */
public final class JobFolder implements Closeable {
    /** Where tasks write temporary files, and drivers their decisions. */
    static final String ATTEMPTS = "_attempts";
    /** The token cache. */
    public static final String TOKENS = "tokens";
    /** The index, one row for each clip. */
    public static final String INDEX = "index";
    /** The table of events. */
    public static final String EVENTS = "events";

    static final List<String> COUNTING = List.of(TOKENS, INDEX, EVENTS);
    static final Pattern NUMBER =
            Pattern.compile("(?:shard|part)-(\\d{5,9})(?:[.-][A-Za-z0-9._-]*)?\\.(?:tok|toc|parquet)");

    private final JobStore store;
    private final JobLock lock;
    private final String job;
    private final CommitLog log;
    private final IndexParts index;
    private final List<String> remarks = new ArrayList<>();
    private Set<String> lost = Set.of();
    private IndexParts.Known known;
    private int first;
    private int passes;

    private JobFolder(JobStore store, JobLock lock, String job) {
        this.store = store;
        this.lock = lock;
        this.job = job;
        log = new CommitLog(store, lock, job);
        index = new IndexParts(store);
    }

    /**
     * Opens a folder, or creates one: locks it, carries out what a killed driver had decided, deletes what it had not,
     * compares the files with the manifests and the index, and reads the index. Clips with missing or damaged results
     * are then no longer {@linkplain KnownClips.Standing#DONE done}; {@link #remarks()} describes the damage. If a lock
     * does not end with its process, waits to see whether its holder is alive.
     *
     * @param folder a path or URI that Hadoop opens
     * @param key key of the results
     * @param breakLock whether to take the lock at once from a driver that is known to be dead
     * @param verify whether all bytes are compared, not only names and sizes
     * @param digests hashes files
     * @param tell receives messages about what is being waited for
     * @throws InputException if another driver has the folder, or it was filled with another key or by another program
     * @throws IOException if the file system fails
     */
    public static JobFolder open(
            String folder,
            JobKey key,
            boolean breakLock,
            Configuration configuration,
            boolean verify,
            Digests digests,
            Consumer<String> tell)
            throws IOException {
        JobStore store = JobStore.of(folder, configuration);
        store.makeFolder("");
        String job = UUID.randomUUID().toString().substring(0, 8);
        JobLock lock = JobLock.acquire(store, job, breakLock, tell);
        try {
            JobFolder opened = new JobFolder(store, lock, job);
            opened.begin(key, verify, digests);
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

    /** As above, but compares only names and sizes and does not report what it is waiting for. */
    public static JobFolder open(String folder, JobKey key, boolean breakLock, Configuration configuration)
            throws IOException {
        return open(folder, key, breakLock, configuration, false, Digests.here(configuration), _ -> {});
    }

    private void begin(JobKey key, boolean verify, Digests digests) throws IOException {
        store.sweep("");
        boolean before = StoredKey.require(store, key, NUMBER, remarks);
        for (String name : COUNTING) {
            store.makeFolder(name);
            store.sweep(name);
        }
        new FolderManifests(store, index, digests, remarks).ensure(before);
        log.finishEarlier();
        boolean events =
                List.of(key.values().getOrDefault("kept", "").split(",")).contains("events");
        FolderRepair.Found found = new FolderRepair(store, log, index, remarks)
                .run(verify ? digests : null, events, target(Set.of()), passes++);
        lost = found.lost();
        first = firstShare();
        read(found.known() == null ? index.known(Set.of()) : found.known());
    }

    /** Messages about files that were missing or damaged and are made again. */
    public List<String> remarks() {
        return List.copyOf(remarks);
    }

    /** Number of rows in the index that do not say when and where: of earlier versions, or of jobs without events. */
    public int unplaced() {
        return known.unplaced().get();
    }

    /** Ids of clips in the index that have to be done again because some of their results were missing or damaged. */
    public Set<String> lost() {
        return Set.copyOf(lost);
    }

    /** Removes duplicate rows that a run left in the index because it was killed before it could remove them. */
    private void read(IndexParts.Known read) throws IOException {
        if (!read.damaged().isEmpty()) {
            throw new IOException(read.damaged().get(read.damaged().firstKey())
                    + ": it changed while the job was running: run the same job again");
        }
        known = read;
        SortedSet<Integer> superseded = known.clips().superseded();
        if (!superseded.isEmpty()) {
            rewrite(superseded, Map.of());
            known = index.known(Set.of());
        }
    }

    private void rewrite(SortedSet<Integer> parts, Map<String, PlannedClip> revised) throws IOException {
        log.commit(index.rewritten(
                parts,
                known.clips(),
                index.names(EVENTS),
                (_, row) -> row.revised(revised.get(row.clip())),
                target(Set.of()),
                passes++));
    }

    /** The folder as an unescaped URI. */
    public String place() {
        return store.place();
    }

    /** The clips in the index, from earlier runs. */
    public KnownClips known() {
        return known.clips();
    }

    /**
     * Number of the first share of this run: one more than the highest number of any shard or part, including those
     * that do not count.
     */
    public int firstShare() throws IOException {
        int first = 0;
        for (String folder : COUNTING) {
            for (String name : store.names(folder)) {
                Matcher number = NUMBER.matcher(name);
                if (number.matches()) {
                    first = Math.max(first, Integer.parseInt(number.group(1)) + 1);
                }
            }
        }
        return first;
    }

    /** Where the tasks of this run write. */
    public ShareTarget target(Set<Kept> kept) {
        return new ShareTarget(store.place(), job, !store.renames(), kept);
    }

    /**
     * Updates the rows of clips whose results stay with the stamp, labels and split of the new plan. The stamp of a
     * file that was touched but has the same bytes is updated so that the next run does not have to read the file
     * again.
     */
    public void revise(List<PlannedClip> clips) throws IOException {
        Map<String, PlannedClip> revised = new HashMap<>();
        SortedSet<Integer> parts = new TreeSet<>();
        for (PlannedClip clip : clips) {
            int part = known.clips().part(clip.clip());
            if (part >= 0) {
                parts.add(part);
                revised.put(clip.clip(), clip);
            }
        }
        if (!parts.isEmpty()) {
            rewrite(parts, revised);
            known = index.known(Set.of());
        }
    }

    /**
     * Begins to commit results. Only one {@link ShareCommits} may be open at a time.
     *
     * @throws SettingsException if the interval of commits is out of range
     */
    public ShareCommits commits() {
        return new ShareCommits(log, store.configuration());
    }

    /**
     * Ends a run: removes rows of the index and the events that newer rows replace, deletes shards that no row refers
     * to and files that attempts left, and writes the run record beside the tokens, where {@code unmute embed} also
     * writes it.
     *
     * @param again whether clips were done again that were already in the index
     * @param run the record
     */
    public void complete(boolean again, RunRecord run) throws IOException {
        if (again) {
            read(index.known(Set.of()));
        }
        dropUnnamedShards();
        log.sweep();
        log.end(run.json());
    }

    /**
     * Drops shards of earlier runs to which no row refers: all their clips were done again, or their part of the index
     * was lost.
     */
    private void dropUnnamedShards() throws IOException {
        Set<String> stated = new TreeSet<>();
        CommitLog.manifest(store, TOKENS).orElseThrow().files().forEach(entry -> stated.add(entry.name()));
        List<String> unnamed = new ArrayList<>();
        for (String shard : stated) {
            Matcher number = NUMBER.matcher(shard);
            String contents = ShardContents.nameFor(shard);
            // Tasks write a table of contents beside each shard, so a shard without one was not written by a job.
            if (shard.endsWith(".tok")
                    && stated.contains(contents)
                    && number.matches()
                    && Integer.parseInt(number.group(1)) < first
                    && !known.shards().containsKey(shard)) {
                unnamed.add(TOKENS + "/" + shard);
                unnamed.add(TOKENS + "/" + contents);
            }
        }
        if (!unnamed.isEmpty()) {
            log.commit(new PendingCommit(List.of(), unnamed));
        }
    }

    /** Files of the index that count, as unescaped URIs for Spark's reader. */
    public List<String> index() throws IOException {
        return files(INDEX);
    }

    /** Files of the table of events that count, as unescaped URIs. */
    public List<String> events() throws IOException {
        return files(EVENTS);
    }

    private List<String> files(String folder) throws IOException {
        List<String> files = new ArrayList<>();
        index.names(folder)
                .values()
                .forEach(name -> files.add(store.path(folder + "/" + name).toString()));
        return files;
    }

    /** Releases the folder. */
    @Override
    public void close() throws IOException {
        lock.close();
    }
}
