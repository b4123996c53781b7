package org.unmute.spark.layout;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Optional;
import org.unmute.data.provenance.Json;
import org.unmute.files.FolderLock;
import org.unmute.files.InputException;
import org.unmute.files.PlainText;

/**
 * One driver's right to fill a folder. On a local disk it is a lock of the operating system, which ends with the
 * process. Elsewhere it is the file {@value #FILE}, created if it does not exist; a driver that is killed leaves it.
 */
final class JobLock implements Closeable {
    static final String FILE = "_lock.json";

    private final JobStore store;
    /** Null unless the folder is on a local disk. */
    private final FolderLock local;
    /** What this driver wrote into the file. */
    private final byte[] own;

    private JobLock(JobStore store, FolderLock local, byte[] own) {
        this.store = store;
        this.local = local;
        this.own = own;
    }

    /**
     * Takes the lock.
     *
     * @param run name of the run
     * @param broken whether to take it from the driver that has it
     * @throws InputException if another driver has it
     */
    static JobLock acquire(JobStore store, String run, boolean broken) throws IOException {
        Optional<Path> folder = store.local("");
        if (folder.isPresent()) {
            try {
                return new JobLock(store, FolderLock.acquire(folder.get(), FolderLock.NAME), null);
            } catch (FolderLock.HeldException e) {
                throw new InputException(e.getMessage(), e);
            }
        }
        byte[] own = Json.MAPPER.writeValueAsBytes(Json.object()
                .put("run", run)
                .put("user", System.getProperty("user.name", "-"))
                .put("host", host())
                .put("process", ProcessHandle.current().pid())
                .put("since", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString()));
        if (broken) {
            store.delete(FILE);
        }
        if (!store.createNew(FILE, own)) {
            throw new InputException(store.place() + " is being filled by another job, " + holder(store)
                    + ": wait until it is done; if it is dead, run this again with --break-lock");
        }
        return new JobLock(store, null, own);
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "-";
        }
    }

    private static String holder(JobStore store) throws IOException {
        byte[] json = store.read(FILE).orElse(new byte[0]);
        try {
            JsonNode held = Json.MAPPER.readTree(json);
            return PlainText.of("of user " + held.path("user").asText("-") + ", process "
                    + held.path("process").asText("-") + " on "
                    + held.path("host").asText("-") + ", since "
                    + held.path("since").asText("-"));
        } catch (IOException e) {
            return "as " + FILE + " says: " + PlainText.of(new String(json, StandardCharsets.UTF_8));
        }
    }

    /** @throws IOException if another driver has taken the folder */
    void requireHeld() throws IOException {
        if (local == null && !isOwn()) {
            throw new IOException(store.place() + ": another job has taken this folder with --break-lock: nothing more"
                    + " is written");
        }
    }

    private boolean isOwn() throws IOException {
        return store.read(FILE).filter(there -> Arrays.equals(there, own)).isPresent();
    }

    @Override
    public void close() throws IOException {
        if (local != null) {
            local.close();
        } else if (isOwn()) {
            store.delete(FILE);
        }
    }
}
