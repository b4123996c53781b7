package org.unmute.spark.layout;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.unmute.files.SettingsException;
import org.unmute.spark.layout.ShareResult.StoredFile;

/**
 * Commits shares in groups while other tasks are running, on a separate thread, so that reporting the end of a task
 * never waits for the file system. Results count after at most the seconds that {@value #SECONDS} states, or as soon as
 * the previous group is committed.
 */
public final class ShareCommits implements Closeable {
    /** Hadoop setting: after how many seconds at most the results of a task count. */
    static final String SECONDS = "unmute.commit.seconds";

    private static final int DEFAULT_SECONDS = 30;
    private static final int MAX_SECONDS = 3600;
    /** Max shares in a group, so that no commit takes long. */
    private static final int GROUP = 200;

    private static final ShareResult END = new ShareResult(-1, List.of(), 0, 0, 0);

    private final CommitLog log;
    private final int seconds;
    private final BlockingQueue<ShareResult> done = new LinkedBlockingQueue<>();
    private final ExecutorService thread;
    private final Future<Void> committing;

    /** @throws SettingsException if the setting is out of range */
    ShareCommits(CommitLog log, Configuration configuration) {
        this.log = log;
        seconds = configuration.getInt(SECONDS, DEFAULT_SECONDS);
        if (seconds < 1 || seconds > MAX_SECONDS) {
            throw new SettingsException(SECONDS + " is " + seconds + ": it must be from 1 to " + MAX_SECONDS);
        }
        thread = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name("unmute-commit").daemon().factory());
        committing = thread.submit(this::commitAll);
    }

    /**
     * Accepts the result of a share. Returns at once.
     *
     * @throws IOException if an earlier one could not be committed; the job should then end
     */
    public void add(ShareResult share) throws IOException {
        if (committing.isDone()) {
            join();
        }
        done.add(share);
    }

    /**
     * Waits until all shares are committed.
     *
     * @throws IOException if a commit fails; the next run carries out what had been decided
     */
    public void finish() throws IOException {
        done.add(END);
        join();
    }

    private void join() throws IOException {
        try {
            committing.get();
        } catch (ExecutionException e) {
            throw new IOException(
                    "commit the results of tasks: " + e.getCause().getMessage()
                            + ": run the same job again, it goes on after what is committed",
                    e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("committing the results of tasks was interrupted");
        }
    }

    private Void commitAll() throws IOException, InterruptedException {
        boolean more = true;
        while (more) {
            List<ShareResult> group = new ArrayList<>();
            more = collect(group);
            if (!group.isEmpty()) {
                List<StoredFile> files = new ArrayList<>();
                group.forEach(share -> files.addAll(share.files()));
                log.commit(new PendingCommit(files, List.of()));
            }
        }
        return null;
    }

    /** Collects a group; returns false after the last one. */
    private boolean collect(List<ShareResult> group) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (group.size() < GROUP) {
            ShareResult next =
                    group.isEmpty() ? done.take() : done.poll(until - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (next == null) {
                return true;
            }
            if (next == END) {
                return false;
            }
            if (group.isEmpty()) {
                until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
            }
            group.add(next);
        }
        return true;
    }

    /** Ends the thread; results that were not committed do not count. */
    @Override
    public void close() {
        thread.shutdownNow();
        try {
            // The caller releases the folder's lock next.
            thread.awaitTermination(1, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
