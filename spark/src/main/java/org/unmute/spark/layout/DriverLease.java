package org.unmute.spark.layout;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.hadoop.fs.FileStatus;
import org.unmute.data.provenance.Json;
import org.unmute.files.InputException;
import org.unmute.files.PlainText;
import org.unmute.files.SettingsException;
import org.unmute.spark.input.HadoopFiles;

/**
 * One driver's right to commit to a folder that no lock of the operating system protects. The driver regularly shows
 * signs of life; if there was none for the length of the lease, another driver may succeed it.
 *
 * <pre>
 * _lock.json                 names the first driver, which created it
 * _lock-JOB-next.json        names the successor of the driver of JOB, which created it
 * _lock-JOB-beat.json        changes while the driver of JOB is alive
 * </pre>
 *
 * The holder is the last of the chain that begins at {@code _lock.json}. Files that name a holder are never replaced,
 * and each name but the first is used only once. Of several drivers that try to succeed another, only one can thus
 * create the file, and a driver that was succeeded finds out no matter how late it looks. Clocks of different machines
 * are never compared: a waiting driver measures with its own clock how long it saw no change.
 */
final class DriverLease implements Closeable {
    static final String FILE = "_lock.json";
    /** Hadoop setting: after how many seconds without a sign of life a driver may be succeeded. */
    static final String SECONDS = "unmute.lease.seconds";

    private static final int DEFAULT_SECONDS = 60;
    /** Max length of a lease in seconds; a longer one stated in a lock file is cut to this. */
    private static final int MAX_SECONDS = 3600;
    /** Signs of life in the length of a lease, so that several can be lost. */
    private static final int BEATS = 12;
    /** Fraction of a lease after which its holder stops committing, so that a commit in progress can end. */
    private static final double TRUSTED = 0.75;
    /** Lease length for a lock of an earlier version, which shows no signs of life. */
    private static final int NONE = 0;

    private static final int MAX_SUCCESSIONS = 10_000;

    private final JobStore store;
    private final String job;
    private final Duration length;
    private final ScheduledExecutorService beating;
    private volatile long renewed;
    private volatile boolean lapsed;
    private volatile String failure = "";
    private long beats;

    private DriverLease(JobStore store, String job, Duration length, long since) {
        this.store = store;
        this.job = job;
        this.length = length;
        this.renewed = since;
        beating = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("unmute-lease").daemon().factory());
    }

    /**
     * Acquires the lease. If another driver has it, waits for a sign of life of that driver, and takes the lease over
     * if there is none before it expires.
     *
     * @param job unique name of the run
     * @param broken whether to take the lease at once from whichever driver has it
     * @param tell receives messages about what is being waited for
     * @throws InputException if another driver has the lease and is alive, or is of a version that shows no signs of
     *     life
     * @throws SettingsException if the setting is out of range
     */
    static DriverLease acquire(JobStore store, String job, boolean broken, Consumer<String> tell) throws IOException {
        int seconds = store.configuration().getInt(SECONDS, DEFAULT_SECONDS);
        if (seconds < 1 || seconds > MAX_SECONDS) {
            throw new SettingsException(SECONDS + " is " + seconds + ": it must be from 1 to " + MAX_SECONDS);
        }
        byte[] me = me(job, seconds);
        Watch watch = new Watch(store, tell);
        boolean breaking = broken;
        while (true) {
            long since = System.nanoTime();
            if (store.createNew(FILE, me)) {
                return begun(store, job, seconds, since);
            }
            Optional<Holder> found = Holder.of(store);
            if (found.isEmpty()) {
                continue; // released in the meantime
            }
            Holder holder = found.get();
            if (holder.seconds() == NONE) {
                if (!breaking) {
                    throw refused(store, holder, "; if it is dead, run this again with --break-lock");
                }
                breaking = false;
                store.delete(FILE); // its driver checks no other file
                continue;
            }
            if (!breaking && !watch.isSilent(holder)) {
                continue;
            }
            since = System.nanoTime();
            if (!store.createNew(next(holder.id()), me)) {
                throw refused(store, Holder.of(store).orElse(holder), "");
            }
            if (isHolder(store, job)) {
                return begun(store, job, seconds, since);
            }
            store.delete(next(holder.id())); // the silent driver had released the folder after all
        }
    }

    private static byte[] me(String job, int seconds) throws IOException {
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            host = "-";
        }
        return Json.MAPPER.writeValueAsBytes(Json.object()
                .put("job", job)
                .put("user", System.getProperty("user.name", "-"))
                .put("host", host)
                .put("process", ProcessHandle.current().pid())
                .put("since", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString())
                .put("lease", seconds));
    }

    private static boolean isHolder(JobStore store, String job) throws IOException {
        return Holder.of(store).filter(holder -> holder.id().equals(job)).isPresent();
    }

    private static DriverLease begun(JobStore store, String job, int seconds, long since) throws IOException {
        DriverLease lease = new DriverLease(store, job, Duration.ofSeconds(seconds), since);
        try {
            lease.sweep();
        } catch (IOException | RuntimeException e) {
            lease.beating.shutdownNow();
            throw e;
        }
        long pause = lease.length.toMillis() / BEATS;
        lease.beating.scheduleWithFixedDelay(lease::renew, pause, pause, TimeUnit.MILLISECONDS);
        return lease;
    }

    private static InputException refused(JobStore store, Holder holder, String advice) {
        return new InputException(holder.words() + " writes to " + store.place()
                + ": wait until it is done, or write to another folder" + advice);
    }

    private static String next(String id) {
        return "_lock-" + id + "-next.json";
    }

    private static String beat(String id) {
        return "_lock-" + id + "-beat.json";
    }

    /**
     * The driver that has the folder.
     *
     * @param id name of the driver's run
     * @param words description of the driver, for messages
     * @param seconds length of the lease; {@link #NONE} if the driver shows no signs of life
     * @param files the files of the chain that leads to this driver
     */
    private record Holder(String id, String words, int seconds, List<String> files) {
        /** The last holder of the chain; empty if there is none. */
        static Optional<Holder> of(JobStore store) throws IOException {
            List<String> files = new ArrayList<>();
            Holder holder = null;
            String file = FILE;
            while (true) {
                Optional<byte[]> text = store.read(file);
                if (text.isEmpty()) {
                    return Optional.ofNullable(holder);
                }
                files.add(file);
                if (files.size() > MAX_SUCCESSIONS) {
                    throw new IOException(store.path(FILE) + " leads to no end: delete the files _lock* there");
                }
                holder = parse(store, file, text.get(), files);
                file = next(holder.id());
            }
        }

        private static Holder parse(JobStore store, String file, byte[] text, List<String> files) throws IOException {
            JsonNode json;
            try {
                json = Json.MAPPER.readTree(text);
            } catch (IOException e) {
                json = Json.MAPPER.missingNode();
            }
            String id = json.path("job").asText();
            if (!id.matches("[0-9A-Za-z]{1,40}")) {
                // Its driver was killed while writing it, or is still writing it. The id tells it apart from namesakes.
                id = "unreadable"
                        + store.list("").stream()
                                .filter(status -> status.getPath().getName().equals(file))
                                .mapToLong(FileStatus::getModificationTime)
                                .sum();
                int seconds = store.configuration().getInt(SECONDS, DEFAULT_SECONDS);
                return new Holder(id, "another driver", seconds, files);
            }
            String words = PlainText.of("the driver of job " + id + " (process "
                    + json.path("process").asText() + " of " + json.path("user").asText() + " on "
                    + json.path("host").asText() + " since "
                    + json.path("since").asText() + ")");
            int seconds = json.path("lease").asInt(NONE);
            return new Holder(id, words, Math.clamp(seconds, NONE, MAX_SECONDS), files);
        }
    }

    /** Watches another driver for signs of life. */
    private static final class Watch {
        private static final long MAX_PAUSE_MILLIS = 1000;

        private final JobStore store;
        private final Consumer<String> tell;
        private String first;
        private long since;

        Watch(JobStore store, Consumer<String> tell) {
            this.store = store;
            this.tell = tell;
        }

        /**
         * Whether there was no sign of life for the length of the lease. Waits a while if it is too early to say.
         *
         * @throws InputException if the driver is alive
         */
        boolean isSilent(Holder holder) throws IOException {
            String seen = holder.id() + " " + stamp(beat(holder.id()));
            long now = System.nanoTime();
            if (first == null) {
                first = seen;
                since = now;
                tell.accept(holder.words() + " has " + store.place() + ": waiting for a sign of life, or until there"
                        + " was none for " + holder.seconds() + " s");
            }
            if (!seen.equals(first)) {
                throw refused(store, holder, "");
            }
            Duration silent = Duration.ofNanos(now - since);
            if (silent.toSeconds() >= holder.seconds()) {
                tell.accept(holder.words() + " gave no sign of life for " + silent.toSeconds()
                        + " s: this driver takes over");
                return true;
            }
            try {
                Thread.sleep(Math.min(MAX_PAUSE_MILLIS, TimeUnit.SECONDS.toMillis(holder.seconds()) / BEATS));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("waiting for another driver was interrupted");
            }
            return false;
        }

        /** A value that changes when the file does; empty if there is no file. */
        private String stamp(String name) throws IOException {
            for (FileStatus status : store.list("")) {
                if (status.getPath().getName().equals(name)) {
                    return HadoopFiles.stamp(status) + " " + status.getModificationTime();
                }
            }
            return "";
        }
    }

    /** Shows that this driver is alive. A failure does not matter if another attempt succeeds in time. */
    private void renew() {
        try {
            long now = System.nanoTime();
            if (isOver(now)) {
                return;
            }
            try (OutputStream out = store.create(beat(job))) {
                out.write(("{\"beat\":" + ++beats + "}").getBytes(StandardCharsets.US_ASCII));
            }
            if (!isOver(System.nanoTime())) {
                renewed = now;
            }
        } catch (IOException | RuntimeException e) {
            failure = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            System.getLogger("org.unmute")
                    .log(System.Logger.Level.WARNING, "cannot renew the lease of " + store.place() + ": " + failure);
        }
    }

    /**
     * Whether other drivers may have considered the lease expired. Once true, this stays true, since another driver may
     * be about to take over.
     */
    private boolean isOver(long now) {
        if (now - renewed > TRUSTED * length.toNanos()) {
            lapsed = true;
        }
        return lapsed;
    }

    /** @throws IOException if another driver has the lease, or may have it */
    void requireHeld() throws IOException {
        Optional<Holder> holder = Holder.of(store);
        if (holder.isEmpty() || !holder.get().id().equals(job)) {
            throw new IOException(store.place() + ": the lock was taken over or broken, and "
                    + holder.map(Holder::words).orElse("nobody") + " has it now: nothing was committed");
        }
        if (isOver(System.nanoTime())) {
            throw new IOException(store.place() + ": this driver could not show for "
                    + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - renewed) + " s that it is alive"
                    + (failure.isEmpty() ? "" : " (" + failure + ")")
                    + ", and another one may have taken over: nothing was committed");
        }
    }

    /** Deletes lease files that do not lead to the holder. */
    private void sweep() throws IOException {
        List<String> needed = new ArrayList<>(List.of(beat(job)));
        Holder.of(store).ifPresent(holder -> needed.addAll(holder.files()));
        for (String name : store.names("")) {
            if (name.matches("_lock-[0-9A-Za-z]+-(next|beat)\\.json") && !needed.contains(name)) {
                store.delete(name);
            }
        }
    }

    @Override
    public void close() throws IOException {
        beating.shutdown();
        try {
            // A sign of life that arrives later leaves a file, which the next driver deletes.
            beating.awaitTermination(length.toMillis() / BEATS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        beating.shutdownNow();
        Optional<Holder> holder = Holder.of(store);
        if (holder.isPresent() && holder.get().id().equals(job) && !isOver(System.nanoTime())) {
            // The start of the chain goes first: without it, the remaining files lead nowhere.
            for (String file : holder.get().files()) {
                store.delete(file);
            }
        }
        store.delete(beat(job));
    }
}
