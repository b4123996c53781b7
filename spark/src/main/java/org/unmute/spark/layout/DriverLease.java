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
 * The right of one driver to commit to a folder that no operating system's lock protects. The driver shows again and
 * again that it is alive; one that has not done so for the length of the lease may be succeeded by another.
 *
 * <pre>
 * _lock.json                 the first driver, by whoever created it
 * _lock-JOB-next.json        who succeeded the driver of JOB, by whoever created it
 * _lock-JOB-beat.json        changes while the driver of JOB is alive
 * </pre>
 *
 * The holder is the last of the chain that begins at {@code _lock.json}. No file that says who holds the folder is ever
 * replaced, and each name but the first is used once, so that of several who would succeed a driver one can create the
 * file, and a driver that was succeeded finds out however late it looks. No clocks of two machines are compared: who
 * waits measures with its own clock for how long it saw no change.
 */
final class DriverLease implements Closeable {
    static final String FILE = "_lock.json";
    /** Setting of Hadoop: after how many seconds without a sign of life a driver may be succeeded. */
    static final String SECONDS = "unmute.lease.seconds";

    private static final int DEFAULT_SECONDS = 60;
    /** Whoever writes a lease says how long it is; longer ones are waited for no longer. */
    private static final int MAX_SECONDS = 3600;
    /** Signs of life in a lease: so many can be lost. */
    private static final int BEATS = 12;
    /** The part of a lease after which its holder itself stops, so that a commit that has begun can end. */
    private static final double TRUSTED = 0.75;
    /** Of a lock in the way of an earlier version, which shows no signs of life. */
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
     * Acquires the lease. If another driver has it, waits for a sign of life of that, and if there is none until its
     * lease ends, takes it over.
     *
     * @param job name of the run, which no other has
     * @param broken whether to take it at once from whoever has it
     * @param tell receives what is waited for
     * @throws InputException if another driver has it and is alive, or is of a version that shows no signs of life
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
                continue; // it was released meanwhile
            }
            Holder holder = found.get();
            if (holder.seconds() == NONE) {
                if (!breaking) {
                    throw refused(store, holder, "; if it is dead, run this again with --break-lock");
                }
                breaking = false;
                store.delete(FILE); // its driver looks at nothing else
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
            store.delete(next(holder.id())); // the one that was silent had released the folder after all
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
     * Who has the folder.
     *
     * @param id name of its run
     * @param words who it is, for messages
     * @param seconds length of its lease; {@link #NONE} if it shows no signs of life
     * @param files those that lead to it
     */
    private record Holder(String id, String words, int seconds, List<String> files) {
        /** The last of the chain; empty if there is none. */
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
                // Its driver was killed while it wrote it, or is writing it. What tells it from others of its name.
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

    /** Checks for signs of life of another driver. */
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
         * Whether there was none for the length of its lease. Waits a while, if it is too early to say.
         *
         * @throws InputException if it is alive
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

        /** What changes when a file does; empty without it. */
        private String stamp(String name) throws IOException {
            for (FileStatus status : store.list("")) {
                if (status.getPath().getName().equals(name)) {
                    return HadoopFiles.stamp(status) + " " + status.getModificationTime();
                }
            }
            return "";
        }
    }

    /** Shows that this driver is alive. A failure is no matter if another attempt succeeds in time. */
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

    /** Whether others may have taken the lease to be over. That stays so: nobody can know whether one is about to. */
    private boolean isOver(long now) {
        if (now - renewed > TRUSTED * length.toNanos()) {
            lapsed = true;
        }
        return lapsed;
    }

    /** @throws IOException if another driver has it, or may have it */
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

    /** Deletes files of leases that lead to nobody. */
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
            // A sign of life that comes later leaves a file, which the next driver deletes.
            beating.awaitTermination(length.toMillis() / BEATS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        beating.shutdownNow();
        Optional<Holder> holder = Holder.of(store);
        if (holder.isPresent() && holder.get().id().equals(job) && !isOver(System.nanoTime())) {
            // First what the chain begins with: without it, what is left leads to nobody.
            for (String file : holder.get().files()) {
                store.delete(file);
            }
        }
        store.delete(beat(job));
    }
}
