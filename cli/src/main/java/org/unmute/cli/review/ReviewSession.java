package org.unmute.cli.review;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.unmute.cli.console.CommandRun;
import org.unmute.data.verdict.VerdictJournal;
import org.unmute.events.detection.DetectionFolder;
import org.unmute.events.review.ReviewQueue;
import org.unmute.events.review.ReviewQueue.Choice;

/** The review of a list of events in browsers of this machine, until it is ended in the page or closed. */
public final class ReviewSession implements AutoCloseable {
    private static final long LAST_WORDS_SECONDS = 10;

    private final ReviewServer server;

    private ReviewSession(ReviewServer server) {
        this.server = server;
    }

    /**
     * What is reviewed, and how.
     *
     * @param name       of the folder, for people
     * @param queue      chooses what is asked
     * @param choices    the ways of choosing that the page offers, the usual one first
     * @param events     the folder of unmute detect that holds the events, or any other
     * @param recordings the folder of the recordings, or a single one
     * @param precision  that is wanted, in (0, 1)
     * @param width      half width of its interval that is wanted, in (0, 1)
     * @param learner    learns from the verdicts; null if the page only shows by which commands
     * @param commands   these commands
     * @param port       0 for any free port
     */
    public record Plan(
            String name,
            ReviewQueue queue,
            List<Choice> choices,
            Path events,
            Path recordings,
            double precision,
            double width,
            Learner learner,
            List<String> commands,
            int port) {}

    /**
     * Starts a review.
     *
     * @param journal receives the verdicts; it is not closed
     * @param bugs    receives failures that the page cannot explain
     * @throws IOException if the port cannot be used
     */
    public static ReviewSession start(Plan plan, VerdictJournal journal, Consumer<Throwable> bugs) throws IOException {
        ReviewMaterial material = new ReviewMaterial(
                plan.name(),
                plan.queue(),
                plan.choices(),
                new ReviewedRecordings(plan.recordings(), plan.queue().list().recordings()),
                new ReviewMaterial.Goals(plan.precision(), plan.width()),
                training(plan.events()));
        ReviewDesk desk = new ReviewDesk(material, journal, System::nanoTime);
        Learning learning = new Learning(plan.learner(), plan.commands(), bugs);
        ReviewAnswers answers = new ReviewAnswers(material, desk, learning);
        return new ReviewSession(ReviewServer.start(plan.port(), answers, bugs));
    }

    private static ReviewMaterial.Training training(Path events) throws IOException {
        return new ReviewMaterial.Training(DetectionFolder.highestHertz(events), TrainingExamples.of(events));
    }

    /** Says whether a verdict was lost that a killed process had not written whole. */
    public static void tellLost(VerdictJournal journal, CommandRun run) {
        if (journal.lost() > 0) {
            run.tell("review: " + journal.lost() + " bytes of a verdict that was not written whole were dropped from "
                    + journal.file());
        }
    }

    /** The address of the page, with its secret. */
    public URI address() {
        return server.address();
    }

    /**
     * Waits until the review is ended in the page or by an interrupt of the process (Ctrl-C), and closes it.
     *
     * @param end runs then, before the process ends
     */
    public void await(Step end) throws IOException {
        CountDownLatch done = new CountDownLatch(1);
        Thread hook = Thread.ofPlatform().unstarted(() -> {
            close();
            try {
                done.await(LAST_WORDS_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            server.await();
            close();
            end.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
        } finally {
            done.countDown();
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // the process is ending
            }
        }
    }

    /** What is done at the end. */
    @FunctionalInterface
    public interface Step {
        void run() throws IOException;
    }

    @Override
    public void close() {
        server.close();
    }
}
