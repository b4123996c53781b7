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
 * Decides what counts, and carries it out: by renaming where that is one step, and by a manifest in each folder. A
 * decision is one file that appears in one step, so that a driver can be killed at any moment: what was decided is
 * carried out by the next one. One thread at a time.
 */
final class CommitLog {
    /** In this order: what the index names is there by the time that it names it. */
    private static final List<String> FOLDERS = List.of(JobFolder.TOKENS, JobFolder.EVENTS, JobFolder.INDEX);

    private static final Pattern COMMIT = Pattern.compile("commit-\\d{6}\\.json");
    /** A file that was written where a manifest could name it. */
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

    /** Makes files count, all of them or, if the driver dies before it is decided, none. */
    void commit(PendingCommit commit) throws IOException {
        lock.requireHeld();
        String folder = JobFolder.ATTEMPTS + "/" + job;
        store.makeFolder(folder);
        String name = String.format("%s/commit-%06d.json", folder, commits++);
        store.write(name, commit.encode());
        try {
            lock.requireHeld(); // writing may have taken long
        } catch (IOException e) {
            store.delete(name); // whoever has the folder now finds none of its files
            throw e;
        }
        carryOut(commit);
        store.delete(name);
    }

    /** Carries out what earlier drivers decided, and deletes what their tasks left. */
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

    /** Deletes what tasks wrote where a manifest could name it, and none does. */
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

    /** Deletes what attempts left aside: those of this run, and of dead ones whose tasks wrote on for a while. */
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

    /** Whether a file has been moved before. */
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
        named.remove(RunRecord.FILE); // of a run that had ended
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
            lock.requireHeld(); // a manifest that is replaced late would take out what a successor named
            write(folder, named);
        }
    }

    private void write(String folder, Map<String, FileManifest.Entry> named) throws IOException {
        store.replace(folder + "/" + FileManifest.FILE, new FileManifest(new ArrayList<>(named.values())).encode());
    }

    /** Ends a run: only of one that has ended the manifest of the tokens names the record. */
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

    /** Name in a folder; null for a file elsewhere. */
    private static String within(String folder, String file) {
        return file.startsWith(folder + "/") ? file.substring(folder.length() + 1) : null;
    }

    /** What a manifest names; nothing without one. */
    private Map<String, FileManifest.Entry> named(String folder) throws IOException {
        Map<String, FileManifest.Entry> named = new LinkedHashMap<>();
        manifest(store, folder).ifPresent(found -> found.files().forEach(e -> named.put(e.name(), e)));
        return named;
    }

    /**
     * The manifest of a folder; empty without one.
     *
     * @param folder below that of the job; empty for that itself
     */
    static Optional<FileManifest> manifest(JobStore store, String folder) throws IOException {
        String name = folder.isEmpty() ? FileManifest.FILE : folder + "/" + FileManifest.FILE;
        Optional<byte[]> json = store.read(name);
        return json.isEmpty()
                ? Optional.empty()
                : Optional.of(FileManifest.parse(json.get(), store.path(name).toString()));
    }
}
