package org.unmute.spark.layout;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.schema.MessageType;
import org.unmute.probes.cache.files.FileManifest;
import org.unmute.spark.layout.ShareResult.StoredFile;
import org.unmute.spark.plan.PlannedClip;

/** The parts of index and events that count: read for what is known, and written again without what counts no more. */
final class IndexParts {
    private static final Pattern NAME = Pattern.compile("part-(\\d{5,9})[A-Za-z0-9._-]*\\.parquet");
    /** Enough to wait for a store while others compute; each holds some rows. */
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
                    TableForms.INDEX.getType(TableForms.ERROR)));

    private final JobStore store;

    IndexParts(JobStore store) {
        this.store = store;
    }

    /** Names of the parts that count, by their numbers. */
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

    /** Reads what the index says of all clips. */
    KnownClips known() throws IOException {
        KnownClips known = new KnownClips();
        List<Callable<Void>> jobs = new ArrayList<>();
        names(JobFolder.INDEX)
                .forEach((number, name) -> jobs.add(() -> {
                    read(JobFolder.INDEX + "/" + name, KNOWN, row -> add(known, number, row));
                    return null;
                }));
        all(jobs);
        return known;
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
     * @param file below the folder of the job
     * @param columns to read
     */
    void read(String file, MessageType columns, Rows rows) throws IOException {
        Configuration with = new Configuration(store.configuration());
        with.set(ReadSupport.PARQUET_READ_SCHEMA, columns.toString());
        try (ParquetReader<Group> reader = ParquetReader.builder(new GroupReadSupport(), store.path(file))
                .withConf(with)
                .build()) {
            for (Group row = reader.read(); row != null; row = reader.read()) {
                rows.row(row);
            }
        } catch (RuntimeException e) {
            throw new IOException(
                    "read " + store.path(file) + ": it is damaged: " + e.getMessage()
                            + ": restore it, or delete the files with its number in tokens, index and events, and run"
                            + " the job again",
                    e);
        }
    }

    /**
     * Writes parts of the index again, and those of the events with the same numbers.
     *
     * @param numbers of the parts
     * @param known what counts: rows of clips that another part has are left out
     * @param revised clips whose rows stay but for what is planned anew, by id
     * @param target where to
     * @param pass what tells files of several passes of a run apart
     * @return what makes them count
     */
    PendingCommit rewritten(
            SortedSet<Integer> numbers,
            KnownClips known,
            Map<String, PlannedClip> revised,
            ShareTarget target,
            int pass)
            throws IOException {
        Map<Integer, String> index = names(JobFolder.INDEX);
        Map<Integer, String> events = names(JobFolder.EVENTS);
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
                        row -> known.part(row.clip()) != number ? null : row.revised(revised.get(row.clip()))));
            }
        }
        List<StoredFile> files = new ArrayList<>();
        all(jobs).forEach(file -> file.ifPresent(files::add));
        return new PendingCommit(files, deleted);
    }

    /**
     * Writes a part again.
     *
     * @param change what becomes of a row; null: it is left out
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

    /** Runs jobs, some at a time, and gives what they gave in their order. */
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
