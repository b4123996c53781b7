package org.unmute.cli.review;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.data.verdict.VerdictJournal;
import org.unmute.data.verdict.VerdictLog;
import org.unmute.events.review.ListedEvents;
import org.unmute.events.review.ReviewQueue;
import org.unmute.kernels.contract.FullBuild;

/** Another user of the machine cannot stop a review, and a server that fails ends it. */
class ReviewFloodTest {
    private static final Pattern ADDRESS = Pattern.compile("http://127\\.0\\.0\\.1:\\d+/[\\w-]{32}/");
    private static final int LARGE_HEADS = 2000;
    private static final int HALF_OPEN = 1000;
    private static final int SLOW_READERS = 500;
    private static final int HEAD_BYTES = 300_000;
    private static final int ANSWERS = 60;
    private static final long PAUSE_MILLIS = 200;
    private static final long SLOWEST_MILLIS = 10_000;
    private static final int TERMINATED = 143;

    @TempDir
    Path folder;

    private Process start() throws IOException {
        String path = System.getProperty("java.class.path", "")
                + File.pathSeparator
                + System.getProperty("jdk.module.path", "");
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "--add-modules",
                        "jdk.incubator.vector",
                        "-cp",
                        path,
                        "org.unmute.cli.Main",
                        "review",
                        folder.resolve("events.csv").toString(),
                        "--audio",
                        folder.resolve("recordings").toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("out.txt").toFile())
                .start();
    }

    private URI address(Process review) throws Exception {
        while (review.isAlive()) {
            Matcher m = ADDRESS.matcher(Files.readString(folder.resolve("out.txt")));
            if (m.find()) {
                return URI.create(m.group());
            }
            Thread.sleep(50);
        }
        throw new AssertionError(Files.readString(folder.resolve("out.txt")));
    }

    /** Opens connections again and again, each for as long as the server keeps it, until the thread is interrupted. */
    private static void attack(ExecutorService threads, int count, URI to, AtomicInteger opened, Attack attack) {
        for (int i = 0; i < count; i++) {
            threads.execute(() -> {
                while (!Thread.currentThread().isInterrupted()) {
                    try (Socket socket = new Socket(to.getHost(), to.getPort())) {
                        opened.incrementAndGet();
                        attack.on(socket);
                    } catch (IOException e) {
                        pause(); // the server closed it
                    } catch (InterruptedException e) {
                        return;
                    }
                }
            });
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private interface Attack {
        void on(Socket socket) throws IOException, InterruptedException;
    }

    private static void untilClosed(InputStream in) throws IOException {
        while (in.read() >= 0) {
            // waits
        }
        pause();
    }

    @Test
    @FullBuild("floods a server for half a minute")
    void floodsDoNotStopAReview() throws Exception {
        try (ReviewFixture fixture = new ReviewFixture(folder)) {
            assertThat(fixture.journal.log().all()).isEmpty();
        }
        String header = "X-Filler: " + "x".repeat(2000) + "\r\n";
        byte[] head = ("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + header.repeat(HEAD_BYTES / header.length()))
                .getBytes(StandardCharsets.US_ASCII);
        byte[] whole =
                "GET /wrong/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".repeat(100).getBytes(StandardCharsets.US_ASCII);
        Process review = start();
        AtomicInteger opened = new AtomicInteger();
        ExecutorService attackers = Executors.newVirtualThreadPerTaskExecutor();
        try {
            URI address = address(review);
            PageClient page = new PageClient(address);
            attack(attackers, LARGE_HEADS, address, opened, socket -> {
                socket.getOutputStream().write(head);
                untilClosed(socket.getInputStream());
            });
            attack(attackers, HALF_OPEN, address, opened, socket -> untilClosed(socket.getInputStream()));
            attack(attackers, SLOW_READERS, address, opened, socket -> {
                OutputStream out = socket.getOutputStream();
                for (int i = 0; i < 100; i++) {
                    out.write(whole);
                    Thread.sleep(200);
                }
            });
            int stored = 0;
            long slowest = 0;
            for (int i = 0; i < ANSWERS; i++) {
                long begun = System.nanoTime();
                JsonNode question =
                        page.get("ask?window=one&kind=sample&label=").json().path("question");
                if (!question.isMissingNode()) {
                    Map<String, Object> verdict = Map.of(
                            "window", "one", "event", question.path("id").asText(), "answer", "yes", "standing", 0);
                    assertThat(page.post("verdict", verdict).status()).isEqualTo(200);
                    stored++;
                }
                slowest = Math.max(slowest, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
                Thread.sleep(200);
            }
            System.out.println(
                    "flood: " + opened + " connections; slowest of " + ANSWERS + " answers " + slowest + " ms");
            assertThat(opened.get()).isGreaterThan(LARGE_HEADS + HALF_OPEN + SLOW_READERS);
            assertThat(slowest).isLessThan(SLOWEST_MILLIS);
            review.destroy();
            assertThat(review.waitFor(20, TimeUnit.SECONDS))
                    .as("SIGTERM is obeyed")
                    .isTrue();
            assertThat(review.exitValue()).isEqualTo(TERMINATED);
            assertThat(VerdictJournal.read(folder).all()).hasSize(stored).hasSizeGreaterThan(3);
            assertThat(Files.readString(folder.resolve("out.txt"))).doesNotContain("OutOfMemory", "bug");
        } finally {
            attackers.shutdownNow();
            review.destroyForcibly().waitFor();
            attackers.awaitTermination(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void aServerThatIsOutOfMemoryEndsTheReview() throws Exception {
        Learner broken = new Learner() {
            @Override
            public List<String> commands() {
                throw new OutOfMemoryError("Java heap space");
            }

            @Override
            public Learned learn(boolean withSample, VerdictLog log, Consumer<String> progress) {
                return null;
            }
        };
        Path table =
                Files.writeString(folder.resolve("events.csv"), "file,onset,offset,label,score\na.wav,1,2,wren,0.9\n");
        ReviewSession.Plan plan = new ReviewSession.Plan(
                "dawn",
                new ReviewQueue(ListedEvents.read(table, Double.NaN), ReviewQueue.Plan.DEFAULT),
                List.of(ReviewQueue.Choice.SAMPLE),
                folder,
                folder,
                0.8,
                0.1,
                broken,
                List.of(),
                0);
        try (VerdictJournal journal = VerdictJournal.open(folder);
                ReviewSession session = ReviewSession.start(plan, journal, bug -> {})) {
            PageClient page = new PageClient(session.address());
            assertThat(page.get("folder").status()).isEqualTo(200);
            assertThatThrownBy(() -> page.get("summary?window=one")).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> session.await(() -> {})).isInstanceOf(OutOfMemoryError.class);
        }
        VerdictJournal.open(folder).close();
    }
}
