package org.unmute.spark.layout;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Optional;
import org.unmute.experiments.InputException;
import org.unmute.experiments.provenance.Json;
import org.unmute.tensor.io.FolderLock;
import org.unmute.tensor.io.PlainText;

/**
 * The right of one driver to commit to a folder. On a local disk it is the operating system's lock, which ends with the
 * process. Elsewhere it is a file that only one can create; that of a driver that was killed stays, and has to be
 * broken by somebody who knows that it is dead.
 */
final class JobLock implements Closeable {
    static final String FILE = "_lock.json";

    private final JobStore store;
    private final FolderLock local;
    private final byte[] text;

    private JobLock(JobStore store, FolderLock local, byte[] text) {
        this.store = store;
        this.local = local;
        this.text = text;
    }

    /**
     * Acquires the lock.
     *
     * @param job name of the run
     * @param broken whether to take it from whoever the file names
     * @throws InputException if somebody else has it
     */
    static JobLock acquire(JobStore store, String job, boolean broken) throws IOException {
        Optional<Path> folder = store.local();
        if (folder.isPresent()) {
            try {
                return new JobLock(store, FolderLock.acquire(folder.get(), FolderLock.NAME), null);
            } catch (FolderLock.HeldException e) {
                throw new InputException(e.getMessage(), e);
            }
        }
        byte[] text = me(job);
        if (broken) {
            store.delete(FILE);
        }
        if (!store.createNew(FILE, text)) {
            throw new InputException(holder(store) + " writes to " + store.place()
                    + ": wait until it is done, or write to another folder; if it is dead, run this again with"
                    + " --break-lock");
        }
        return new JobLock(store, null, text);
    }

    private static byte[] me(String job) throws IOException {
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
                .put("since", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString()));
    }

    /** Whom the file names, in words. */
    private static String holder(JobStore store) throws IOException {
        Optional<byte[]> text = store.read(FILE);
        if (text.isEmpty()) {
            return "nobody";
        }
        try {
            JsonNode json = Json.MAPPER.readTree(text.get());
            return PlainText.of("the driver of job " + json.path("job").asText() + " (process "
                    + json.path("process").asText() + " of " + json.path("user").asText() + " on "
                    + json.path("host").asText() + " since "
                    + json.path("since").asText() + ")");
        } catch (IOException e) {
            return "another driver";
        }
    }

    /** @throws IOException if somebody has broken the lock */
    void requireHeld() throws IOException {
        if (text != null && !Arrays.equals(text, store.read(FILE).orElse(null))) {
            throw new IOException(store.place() + ": the lock was broken, and " + holder(store)
                    + " has it now: nothing was committed");
        }
    }

    @Override
    public void close() throws IOException {
        if (local != null) {
            local.close();
        } else if (Arrays.equals(text, store.read(FILE).orElse(null))) {
            store.delete(FILE);
        }
    }
}
