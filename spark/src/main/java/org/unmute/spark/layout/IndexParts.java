package org.unmute.spark.layout;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.schema.MessageType;
import org.unmute.probes.cache.files.FileManifest;
import org.unmute.spark.layout.ShareResult.StoredFile;
import org.unmute.spark.table.ClipRow;
import org.unmute.spark.table.PresentColumns;
import org.unmute.spark.table.RowForm;
import org.unmute.spark.table.TableForms;

/** The parts of index and events that count: reads them, and rewrites them without rows that no longer count. */
final class IndexParts {
    private static final Pattern NAME = Pattern.compile("part-(\\d{5,9})[A-Za-z0-9._-]*\\.parquet");
    private static final Pattern REWRITTEN = Pattern.compile("part-\\d{5,9}-[0-9a-z]+-r\\d+\\.parquet");
    /** Parts processed at once: enough to wait for a store while others compute. Each holds some rows in memory. */
    private static final int AT_ONCE = 8;

    private static final MessageType KNOWN = new MessageType(
            "index",
            List.of(
                    TableForms.INDEX.getType(TableForms.CLIP),
                    TableForms.INDEX.getType(TableForms.PATH),
                    TableForms.INDEX.getType(TableForms.START),
                    TableForms.INDEX.getType(TableForms.END),
                    TableForms.INDEX.getType(TableForms.LABELS),
                    TableForms.INDEX.getType(TableForms.SPLIT),
                    TableForms.INDEX.getType(TableForms.STAMP),
                    TableForms.INDEX.getType(TableForms.SHA256),
                    TableForms.INDEX.getType(TableForms.SHARD),
                    TableForms.INDEX.getType(TableForms.ERROR),
                    TableForms.INDEX.getType(TableForms.SITE)));

    private final JobStore store;

    IndexParts(JobStore store) {
        this.store = store;
    }

    /** Names of the parts that count, by part number. */
    Map<Integer, String> names(String folder) throws IOException {
        Optional<FileManifest> manifest = CommitLog.manifest(store, folder);
        List<String> names = manifest.isPresent()
                ? manifest.get().files().stream().map(FileManifest.Entry::name).toList()
                : store.names(folder);
        Map<Integer, String> parts = new TreeMap<>();
        for (String name : names) {
            Matcher part = NAME.matcher(name);
            if (part.matches()) {
                parts.put(Integer.parseInt(part.group(1)), name);
            }
        }
        return parts;
    }

    /** Whether a part is a rewritten one, without rows that no longer count. */
    static boolean isRewritten(String name) {
        return REWRITTEN.matcher(name).matches();
    }

    /**
     * The contents of the index for all clips.
     *
     * @param names names of the parts that were read, by part number
     * @param shards shards that rows refer to, with the numbers of the parts that refer to them
     * @param damaged parts that cannot be read, with the reasons
     * @param unplaced number of rows that do not say when and where
     */
    record Known(
            KnownClips clips,
            Map<Integer, String> names,
            Map<String, SortedSet<Integer>> shards,
            SortedMap<Integer, String> damaged,
            AtomicInteger unplaced) {
        private synchronized void name(Set<String> shards, int part) {
            shards.forEach(shard ->
                    this.shards.computeIfAbsent(shard, _ -> new TreeSet<>()).add(part));
        }

        private synchronized void damage(int part, String reason) {
            damaged.put(part, reason);
        }
    }

    /**
     * Reads the index.
     *
     * @param except numbers of parts that are not read
     */
    Known known(Set<Integer> except) throws IOException {
        Map<Integer, String> names = names(JobFolder.INDEX);
        names.keySet().removeAll(except);
        Known known = new Known(new KnownClips(), names, new TreeMap<>(), new TreeMap<>(), new AtomicInteger());
        List<Callable<Void>> jobs = new ArrayList<>();
        names.forEach((number, name) -> jobs.add(() -> {
            Set<String> shards = new HashSet<>();
            try {
                read(JobFolder.INDEX + "/" + name, KNOWN, row -> {
                    add(known.clips(), number, row);
                    String shard = TableForms.text(row, TableForms.SHARD);
                    if (shard != null) {
                        shards.add(shard);
                    }
                    if (TableForms.text(row, TableForms.SITE) == null) {
                        known.unplaced().incrementAndGet();
                    }
                });
                known.name(shards, number);
            } catch (DamagedPartException e) {
                known.damage(number, e.getMessage());
            }
            return null;
        }));
        all(jobs);
        return known;
    }

    /** Thrown for a part that is not a valid Parquet file: it was changed or truncated after it was written. */
    static final class DamagedPartException extends IOException {
        private static final long serialVersionUID = 1;

        DamagedPartException(String file, RuntimeException cause) {
            super("read " + file + ": it is damaged: " + cause.getMessage(), cause);
        }
    }

    private static boolean isFailureOfDevice(Throwable thrown) {
        for (Throwable each = thrown; each != null; each = each.getCause()) {
            if (each instanceof FileSystemException || each instanceof InterruptedIOException) {
                return true;
            }
        }
        return false;
    }

    private static void add(KnownClips known, int number, Group row) {
        KnownClips.Entry entry = new KnownClips.Entry(
                row.getString(TableForms.CLIP, 0),
                KnownClips.place(
                        row.getString(TableForms.PATH, 0),
                        row.getDouble(TableForms.START, 0),
                        TableForms.number(row, TableForms.END, Double.POSITIVE_INFINITY)),
                TableForms.text(row, TableForms.STAMP),
                TableForms.text(row, TableForms.SHA256),
                KnownClips.notes(TableForms.text(row, TableForms.LABELS), TableForms.text(row, TableForms.SPLIT)));
        known.add(number, entry, TableForms.text(row, TableForms.ERROR) != null);
    }

    /** Receives the rows of a part, one after the other. */
    @FunctionalInterface
    interface Rows {
        void row(Group row) throws IOException;
    }

    /**
     * Reads a part.
     *
     * @param file file below the job's folder
     * @param columns columns to read
     * @throws DamagedPartException if the file is not intact
     */
    void read(String file, MessageType columns, Rows rows) throws IOException {
        try (ParquetReader<Group> reader = new Part(store, file, columns).build()) {
            for (Group row = reader.read(); row != null; row = reader.read()) {
                rows.row(row);
            }
        } catch (RuntimeException e) {
            if (isFailureOfDevice(e)) {
                throw new IOException("read " + store.path(file) + ": " + e.getMessage(), e);
            }
            throw new DamagedPartException(store.path(file).toString(), e);
        }
    }

    /**
     * Opens a part by its file. A builder that is given a path first reads all of Hadoop's default settings, which
     * takes longer than reading most parts.
     */
    private static final class Part extends ParquetReader.Builder<Group> {
        private final MessageType columns;

        Part(JobStore store, String file, MessageType columns) throws IOException {
            super(HadoopInputFile.fromPath(store.path(file), store.configuration()));
            this.columns = columns;
        }

        @Override
        protected ReadSupport<Group> getReadSupport() {
            return new PresentColumns(columns);
        }
    }

    /** Decides how a row of a part of the index changes. */
    @FunctionalInterface
    interface Change {
        ClipRow of(int part, ClipRow row);
    }

    /**
     * Rewrites parts of the index, and the parts of the events with the same numbers.
     *
     * @param numbers numbers of the parts
     * @param known the index; rows of clips that count in another part are left out
     * @param events names of the parts of the events that are read, by part number
     * @param change applied to the rows that stay
     * @param target where the new parts go
     * @param pass tells files of several passes of a run apart
     * @return the commit that makes the new parts count
     */
    PendingCommit rewritten(
            SortedSet<Integer> numbers,
            KnownClips known,
            Map<Integer, String> events,
            Change change,
            ShareTarget target,
            int pass)
            throws IOException {
        Map<Integer, String> index = names(JobFolder.INDEX);
        List<String> deleted = new ArrayList<>();
        List<Callable<Optional<StoredFile>>> jobs = new ArrayList<>();
        for (int number : numbers) {
            String fresh = String.format("part-%05d-%s-r%d.parquet", number, target.job(), pass);
            if (events.containsKey(number)) {
                String old = JobFolder.EVENTS + "/" + events.get(number);
                deleted.add(old);
                jobs.add(() -> rewrite(
                        old,
                        target.aside(JobFolder.EVENTS, fresh),
                        JobFolder.EVENTS + "/" + fresh,
                        TableForms.events(),
                        event -> known.part(event.clip()) == number ? event : null));
            }
            if (index.containsKey(number)) {
                String old = JobFolder.INDEX + "/" + index.get(number);
                deleted.add(old);
                jobs.add(() -> rewrite(
                        old,
                        target.aside(JobFolder.INDEX, fresh),
                        JobFolder.INDEX + "/" + fresh,
                        TableForms.index(),
                        row -> known.part(row.clip()) != number ? null : change.of(number, row)));
            }
        }
        List<StoredFile> files = new ArrayList<>();
        all(jobs).forEach(file -> file.ifPresent(files::add));
        return new PendingCommit(files, deleted);
    }

    /**
     * Rewrites a part.
     *
     * @param change applied to each row; null drops the row
     * @return empty if no row is left
     */
    private <T> Optional<StoredFile> rewrite(
            String old, String from, String to, RowForm<T> form, UnaryOperator<T> change) throws IOException {
        long[] left = {0};
        StoredFile written;
        try (RowTable<T> table = new RowTable<>(store, from, form)) {
            read(old, form.schema(), each -> {
                T row = change.apply(form.row(each));
                if (row != null) {
                    table.add(row);
                    left[0]++;
                }
            });
            written = table.finish(to);
        }
        if (left[0] == 0) {
            store.delete(from);
            return Optional.empty();
        }
        return Optional.of(written);
    }

    /** Runs jobs, several at a time, and returns their results in the order of the jobs. */
    private static <T> List<T> all(List<Callable<T>> jobs) throws IOException {
        List<T> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
            List<Future<T>> running = jobs.stream().map(threads::submit).toList();
            try {
                for (Future<T> each : running) {
                    results.add(each.get());
                }
            } finally {
                running.forEach(each -> each.cancel(true));
            }
            return results;
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException failure -> throw failure;
                case RuntimeException failure -> throw failure;
                default -> throw new IllegalStateException(e.getCause());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("work on the index was interrupted");
        }
    }
}
