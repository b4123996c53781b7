package org.unmute.spark.layout;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileStatus;
import org.unmute.data.provenance.RunRecord;
import org.unmute.files.Sha256;
import org.unmute.probes.cache.files.FileManifest;
import org.unmute.spark.layout.ShareResult.StoredFile;

/**
 * Decides which files count and carries out the decisions, by renaming where a rename is atomic, and by writing a
 * manifest in each folder. A decision is a single file that appears atomically, so that a driver can be killed at any
 * moment: the next driver carries out what was decided. One thread at a time.
 */
final class CommitLog {
    /** The order of updates: whatever the index refers to is in place before the index refers to it. */
    private static final List<String> FOLDERS = List.of(JobFolder.TOKENS, JobFolder.EVENTS, JobFolder.INDEX);

    private static final Pattern COMMIT = Pattern.compile("commit-\\d{6}\\.json");
    /** A file written directly to a place where a manifest could name it. */
    private static final Pattern UNNAMED =
            Pattern.compile("(shard|part)-\\d{5,9}-[0-9a-z]+-[0-9A-Za-z.]+\\.(tok|toc|parquet)");

    private final JobStore store;
    private final JobLock lock;
    private final String job;
    private int commits;

    CommitLog(JobStore store, JobLock lock, String job) {
        this.store = store;
        this.lock = lock;
        this.job = job;
    }

    /** Makes files count: all of them or, if the driver dies before the decision, none. */
    void commit(PendingCommit commit) throws IOException {
        lock.requireHeld();
        String folder = JobFolder.ATTEMPTS + "/" + job;
        store.makeFolder(folder);
        String name = String.format("%s/commit-%06d.json", folder, commits++);
        store.write(name, commit.encode());
        try {
            lock.requireHeld(); // writing may have taken a long time
        } catch (IOException e) {
            store.delete(name); // the driver that holds the folder now finds none of the files
            throw e;
        }
        carryOut(commit);
        store.delete(name);
    }

    /** Carries out decisions of earlier drivers and deletes what their tasks left behind. */
    void finishEarlier() throws IOException {
        for (FileStatus status : store.list(JobFolder.ATTEMPTS)) {
            String folder = JobFolder.ATTEMPTS + "/" + status.getPath().getName();
            for (String name : store.names(folder)) {
                if (COMMIT.matcher(name).matches()) {
                    String commit = folder + "/" + name;
                    byte[] json = store.read(commit)
                            .orElseThrow(() -> new FileSystemException(
                                    store.path(commit).toString(),
                                    null,
                                    "it was there, and is gone: two drivers at work"));
                    carryOut(PendingCommit.parse(json, store.path(commit).toString()));
                    store.delete(commit);
                }
            }
            store.delete(folder);
        }
        sweepUnnamed();
    }

    /** Deletes files that tasks wrote to places where a manifest could name them, but that no manifest names. */
    private void sweepUnnamed() throws IOException {
        for (String folder : FOLDERS) {
            Set<String> named = named(folder).keySet();
            for (String name : store.names(folder)) {
                if (UNNAMED.matcher(name).matches() && !named.contains(name)) {
                    store.delete(folder + "/" + name);
                }
            }
        }
    }

    /**
     * Deletes temporary files of attempts: those of this run, and those of dead runs whose tasks kept writing for a
     * while.
     */
    void sweep() throws IOException {
        lock.requireHeld();
        store.delete(JobFolder.ATTEMPTS);
        sweepUnnamed();
    }

    private void carryOut(PendingCommit commit) throws IOException {
        for (StoredFile file : commit.files()) {
            if (!file.from().equals(file.to())) {
                move(file);
            }
        }
        for (String folder : FOLDERS) {
            name(folder, commit);
        }
        for (String name : commit.deleted()) {
            store.delete(name);
        }
    }

    private void move(StoredFile file) throws IOException {
        if (!isThere(file.to(), file.bytes())) {
            require(file.from(), file.bytes());
            store.rename(file.from(), file.to());
        }
    }

    /** Whether a file has already been moved. */
    private boolean isThere(String name, long bytes) throws IOException {
        long found = store.size(name);
        if (found >= 0 && found != bytes) {
            throw problem(name, "has " + found + " bytes, where " + bytes + " were to be moved to");
        }
        return found == bytes;
    }

    private void require(String name, long bytes) throws IOException {
        long found = store.size(name);
        if (found != bytes) {
            throw problem(name, (found < 0 ? "is gone" : "has " + found + " bytes") + ", a task wrote " + bytes);
        }
    }

    private FileSystemException problem(String name, String what) {
        return new FileSystemException(
                store.path(name).toString(),
                null,
                what
                        + (store.local().isPresent()
                                ? ": see that this folder is on a file system that driver and executors share"
                                : ": another program changed the folder of the job: run it again into another folder"));
    }

    private void name(String folder, PendingCommit commit) throws IOException {
        Map<String, FileManifest.Entry> before = named(folder);
        Map<String, FileManifest.Entry> named = new LinkedHashMap<>(before);
        named.remove(RunRecord.FILE); // the record of a run that had ended
        for (StoredFile file : commit.files()) {
            String name = within(folder, file.to());
            if (name != null && !named.containsKey(name)) {
                require(file.to(), file.bytes());
                named.put(name, new FileManifest.Entry(name, file.bytes(), file.sha256()));
            }
        }
        for (String deleted : commit.deleted()) {
            named.remove(within(folder, deleted));
        }
        if (!named.equals(before)) {
            lock.requireHeld(); // replacing a manifest late would drop files that a successor named
            write(folder, named);
        }
    }

    private void write(String folder, Map<String, FileManifest.Entry> named) throws IOException {
        store.replace(folder + "/" + FileManifest.FILE, new FileManifest(new ArrayList<>(named.values())).encode());
    }

    /** Ends a run. The manifest of the tokens names the run record only if the run has ended. */
    void end(byte[] record) throws IOException {
        lock.requireHeld();
        Map<String, FileManifest.Entry> named = named(JobFolder.TOKENS);
        if (named.remove(RunRecord.FILE) != null) {
            write(JobFolder.TOKENS, named);
        }
        store.rewrite(JobFolder.TOKENS + "/" + RunRecord.FILE, record);
        named.put(RunRecord.FILE, new FileManifest.Entry(RunRecord.FILE, record.length, Sha256.of(record)));
        write(JobFolder.TOKENS, named);
    }

    /** Name of a file relative to a folder; null if the file is elsewhere. */
    private static String within(String folder, String file) {
        return file.startsWith(folder + "/") ? file.substring(folder.length() + 1) : null;
    }

    /** The entries of a folder's manifest; empty if there is no manifest. */
    private Map<String, FileManifest.Entry> named(String folder) throws IOException {
        Map<String, FileManifest.Entry> named = new LinkedHashMap<>();
        manifest(store, folder).ifPresent(found -> found.files().forEach(e -> named.put(e.name(), e)));
        return named;
    }

    /**
     * The manifest of a folder; empty if there is none.
     *
     * @param folder folder below the job's folder; empty for the job's folder itself
     */
    static Optional<FileManifest> manifest(JobStore store, String folder) throws IOException {
        String name = folder.isEmpty() ? FileManifest.FILE : folder + "/" + FileManifest.FILE;
        Optional<byte[]> json = store.read(name);
        return json.isEmpty()
                ? Optional.empty()
                : Optional.of(FileManifest.parse(json.get(), store.path(name).toString()));
    }
}
