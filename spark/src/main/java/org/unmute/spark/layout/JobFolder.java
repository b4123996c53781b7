package org.unmute.spark.layout;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.unmute.experiments.InputException;
import org.unmute.experiments.provenance.RunRecord;
import org.unmute.probes.cache.files.FileManifest;
import org.unmute.spark.plan.Kept;
import org.unmute.spark.plan.PlannedClip;

/**
 * The folder that a job fills, as its driver has it: locked, with everything that earlier runs decided carried out.
 *
 * <pre>
 * key.json                        what all results have in common
 * tokens/shard-NNNNN.tok, .toc    a token cache, a shard a task; run.json of the last run
 * index/part-NNNNN.parquet        a row a clip
 * events/part-NNNNN.parquet       a row an event
 * _attempts/                      what does not count yet
 * </pre>
 *
 * One thread at a time; {@link ShareCommits} may be given results by any.
 */
public final class JobFolder implements Closeable {
    /** Where tasks write aside, and drivers what they decide. */
    static final String ATTEMPTS = "_attempts";
    /** The token cache. */
    public static final String TOKENS = "tokens";
    /** The index, a row a clip. */
    public static final String INDEX = "index";
    /** The table of events. */
    public static final String EVENTS = "events";

    private static final List<String> COUNTING = List.of(TOKENS, INDEX, EVENTS);
    private static final Pattern NUMBER =
            Pattern.compile("(?:shard|part)-(\\d{5,9})(?:[.-][A-Za-z0-9._-]*)?\\.(?:tok|toc|parquet)");

    private final JobStore store;
    private final JobLock lock;
    private final String job;
    private final boolean manifest;
    private final CommitLog log;
    private final IndexParts index;
    private KnownClips known;
    private int passes;

    private JobFolder(JobStore store, JobLock lock, String job, boolean manifest) {
        this.store = store;
        this.lock = lock;
        this.job = job;
        this.manifest = manifest;
        log = new CommitLog(store, lock, job, manifest);
        index = new IndexParts(store);
    }

    /**
     * Opens a folder, or makes one. Locks it, finishes what a killed driver had decided, deletes what it had not, and
     * reads the index.
     *
     * @param folder a path or URI that Hadoop opens
     * @param key of the results
     * @param breakLock whether to take the lock from a driver that is known to be dead
     * @throws InputException if another driver has the folder, or it was filled with another key or another program
     * @throws IOException if the file system fails
     */
    public static JobFolder open(String folder, JobKey key, boolean breakLock, Configuration configuration)
            throws IOException {
        JobStore store = JobStore.of(folder, configuration);
        store.makeFolder("");
        String job = UUID.randomUUID().toString().substring(0, 8);
        JobLock lock = JobLock.acquire(store, job, breakLock);
        try {
            requireKey(store, key);
            JobFolder opened = new JobFolder(store, lock, job, !store.renames() || hasManifest(store));
            opened.requireManifest();
            for (String name : COUNTING) {
                store.makeFolder(name);
                store.sweep(name);
            }
            opened.log.finishEarlier();
            opened.read();
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

    private static boolean hasManifest(JobStore store) throws IOException {
        for (String folder : COUNTING) {
            if (store.size(folder + "/" + FileManifest.FILE) >= 0) {
                return true;
            }
        }
        return false;
    }

    private static void requireKey(JobStore store, JobKey key) throws IOException {
        Optional<byte[]> found = store.read(JobKey.FILE);
        if (found.isPresent()) {
            JobKey.parse(found.get(), store.path(JobKey.FILE).toString()).requireSame(key, store.place());
            return;
        }
        for (String folder : COUNTING) {
            if (store.names(folder).stream().anyMatch(NUMBER.asMatchPredicate())) {
                throw new InputException(store.place() + " has files in " + folder + "/ and no " + JobKey.FILE
                        + ": another program filled it: choose another folder");
            }
        }
        store.write(JobKey.FILE, key.encode());
    }

    /** Where a manifest is needed, files without one come from elsewhere, and would count for nobody. */
    private void requireManifest() throws IOException {
        if (!manifest) {
            return;
        }
        for (String folder : COUNTING) {
            List<String> names = store.names(folder);
            if (!names.contains(FileManifest.FILE)
                    && names.stream().anyMatch(name -> name.matches("(shard|part)-\\d{5,9}\\.(tok|parquet)"))) {
                throw new InputException(store.place() + "/" + folder + " has files and no " + FileManifest.FILE
                        + ": it was copied from a file system that needs none, and a job cannot go on with it here:"
                        + " choose an empty folder");
            }
        }
    }

    /** Reads the index, and takes out what a run that was killed before it could do so left in it twice. */
    private void read() throws IOException {
        known = index.known();
        if (!known.superseded().isEmpty()) {
            rewrite(known.superseded(), Map.of());
            known = index.known();
        }
    }

    private void rewrite(SortedSet<Integer> parts, Map<String, PlannedClip> revised) throws IOException {
        log.commit(index.rewritten(parts, known, revised, target(Set.of()), passes++));
    }

    /** The folder as a URI in which nothing is escaped. */
    public String place() {
        return store.place();
    }

    /** What earlier runs did. */
    public KnownClips known() {
        return known;
    }

    /** Number of the first share of this run: one more than any shard or part has, also one that does not count. */
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
        return new ShareTarget(store.place(), job, manifest, kept);
    }

    /**
     * Notes what is planned anew of clips whose results stay: the stamp of a file that was touched and is as it was, so
     * that the next run does not have to read it again; labels; the split.
     */
    public void revise(List<PlannedClip> clips) throws IOException {
        Map<String, PlannedClip> revised = new HashMap<>();
        SortedSet<Integer> parts = new TreeSet<>();
        for (PlannedClip clip : clips) {
            int part = known.part(clip.clip());
            if (part >= 0) {
                parts.add(part);
                revised.put(clip.clip(), clip);
            }
        }
        if (!parts.isEmpty()) {
            rewrite(parts, revised);
            known = index.known();
        }
    }

    /** Begins to commit results; one at a time. */
    public ShareCommits commits() {
        return new ShareCommits(log);
    }

    /**
     * Ends a run: takes rows out of the index and the events that newer ones replace, deletes what attempts left, and
     * writes the record of the run beside the tokens, where {@code unmute embed} has it.
     *
     * @param again whether clips were done again that the index had
     * @param run the record
     */
    public void complete(boolean again, RunRecord run) throws IOException {
        if (again) {
            read();
        }
        log.sweep();
        store.rewrite(TOKENS + "/" + RunRecord.FILE, run.json());
    }

    /** Files of the index that count, as URIs in which nothing is escaped, for Spark's reader. */
    public List<String> index() throws IOException {
        return files(INDEX);
    }

    /** Files of the table of events that count, as {@link #index()}. */
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
