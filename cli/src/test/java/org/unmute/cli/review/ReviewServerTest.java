package org.unmute.cli.review;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.review.PageClient.Answer;
import org.unmute.data.verdict.ReviewedEvent;
import org.unmute.data.verdict.Verdict;
import org.unmute.data.verdict.VerdictJournal;
import org.unmute.events.review.ListedEvents;
import org.unmute.events.review.ReviewQueue;
import org.unmute.events.review.ReviewQueue.Choice;

/** What the server of a review answers, and whom. */
class ReviewServerTest {
    @TempDir
    Path folder;

    private ReviewFixture review;
    private PageClient page;

    @BeforeEach
    void start() throws IOException {
        review = new ReviewFixture(folder);
        page = review.page;
    }

    @AfterEach
    void stop() throws IOException {
        review.close();
    }

    private JsonNode ask(String window) throws IOException {
        return page.get("ask?window=" + window + "&kind=sample&label=").json();
    }

    private static Map<String, Object> verdict(String window, String event, String answer, long standing) {
        return new HashMap<>(
                Map.of("window", window, "event", event, "answer", answer, "standing", standing, "took", 2.5));
    }

    private void assertRefused(int status, Answer answer) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.text()).contains("unmute").doesNotContain("wren", "Exception", "\tat ");
        assertThat(answer.headers().get("content-security-policy")).contains("default-src 'none'");
    }

    @Test
    void refusesThoseWhoDoNotKnowTheAddress() throws IOException {
        String path = review.session.address().getPath();
        String other = (path.charAt(1) == 'A' ? "/B" : "/A") + path.substring(2);
        for (String wrong : new String[] {"/", "/ask", other, other + "ask", path.substring(0, path.length() - 1)}) {
            assertRefused(403, page.send("GET", wrong, Map.of(), ""));
        }
        assertRefused(403, page.send("GET", path, Map.of("Host", "evil.example"), ""));
        String port = ":" + review.session.address().getPort();
        assertRefused(403, page.send("GET", path + "folder", Map.of("Host", "evil.example" + port), ""));
        assertRefused(403, page.send("GET", path + "folder", Map.of("Sec-Fetch-Site", "cross-site"), ""));
        String undo = path + "undo";
        assertRefused(403, page.send("POST", undo, Map.of("Origin", ""), "{}"));
        assertRefused(403, page.send("POST", undo, Map.of("Origin", "http://evil.example"), "{}"));
        assertRefused(403, page.send("POST", undo, Map.of("Origin", "null"), "{}"));
        assertThat(page.send("POST", undo, Map.of("Content-Type", "text/plain"), "{}")
                        .status())
                .isEqualTo(415);
        assertThat(page.send("PUT", undo, Map.of(), "").status()).isEqualTo(405);
        assertThat(page.get("folder").status()).isEqualTo(200);
        assertThat(page.send("GET", path + "folder", Map.of("Host", "localhost" + port), "")
                        .status())
                .isEqualTo(200);
        for (NetworkInterface card : NetworkInterface.networkInterfaces().toList()) {
            for (InetAddress address :
                    card.inetAddresses().filter(a -> !a.isLoopbackAddress()).toList()) {
                int listening = review.session.address().getPort();
                assertThatThrownBy(() -> new Socket(address, listening).close()).isInstanceOf(ConnectException.class);
            }
        }
    }

    @Test
    void aWindowDoesNotGetTheEventOfAnother() throws Exception {
        JsonNode first = ask("one").path("question");
        JsonNode second = ask("two").path("question");
        String event = first.path("id").asText();
        assertThat(second.path("id").asText()).isNotEqualTo(event);
        assertThat(ask("three").path("question").path("id").asText())
                .isNotIn(event, second.path("id").asText());
        page.post("leave", Map.of("window", "one"));
        assertThat(ask("four").path("question").path("id").asText()).isEqualTo(event);

        Answer stored = page.post("verdict", verdict("four", event, "yes", 0));
        assertThat(stored.status()).isEqualTo(200);
        long number = stored.json().path("verdict").path("number").asLong();
        Answer late = page.post("verdict", verdict("one", event, "no", 0));
        assertThat(late.status()).isEqualTo(409);
        assertThat(late.json().path("verdict").path("answer").asText()).isEqualTo("yes");
        assertThat(VerdictJournal.read(folder).all())
                .extracting(Verdict::answer)
                .hasToString("[YES]");
        Answer knowing = page.post("verdict", verdict("one", event, "no", number));
        assertThat(knowing.status()).isEqualTo(200);
        assertThat(page.post("undo", Map.of("window", "four"))
                        .json()
                        .path("message")
                        .asText())
                .contains("another window");
        assertThat(page.post("undo", Map.of("window", "one"))
                        .json()
                        .path("undone")
                        .asText())
                .isEqualTo("no");
        assertThat(VerdictJournal.read(folder).all())
                .extracting(Verdict::answer)
                .hasToString("[YES]");
    }

    @Test
    void aWindowThatIsNotHeardOfLosesItsEvent() throws IOException {
        ReviewQueue queue =
                new ReviewQueue(ListedEvents.read(folder.resolve("events.csv"), Double.NaN), ReviewQueue.Plan.DEFAULT);
        ReviewMaterial material = new ReviewMaterial(
                "dawn",
                queue,
                List.of(Choice.SAMPLE),
                new ReviewedRecordings(folder, Map.of()),
                new ReviewMaterial.Goals(0.9, 0.1),
                new ReviewMaterial.Training(Double.NaN, TrainingExamples.of(folder)));
        AtomicLong seconds = new AtomicLong();
        ReviewDesk desk = new ReviewDesk(material, review.journal, () -> seconds.get() * 1_000_000_000L);
        ReviewedEvent first =
                desk.ask("one", Choice.SAMPLE, "wren").orElseThrow().event();
        seconds.set(100);
        desk.alive("one");
        seconds.set(200);
        assertThat(desk.ask("two", Choice.SAMPLE, "wren").orElseThrow().event()).isNotEqualTo(first);
        seconds.set(330);
        assertThat(desk.ask("three", Choice.SAMPLE, "wren").orElseThrow().event())
                .isEqualTo(first);
    }

    @Test
    void verdictsHaveTheEventsDrawAndTheCorrectedBox() throws IOException {
        JsonNode question = ask("one").path("question");
        Map<String, Object> sent = verdict("one", question.path("id").asText(), "other", 0);
        sent.put("other", "  " + question.path("label").asText() + " ");
        sent.put("box", Map.of("start", 1.25, "end", 1.5, "low", 1000, "high", 2000));
        assertThat(page.post("verdict", sent)
                        .json()
                        .path("verdict")
                        .path("answer")
                        .asText())
                .isEqualTo("yes");
        Verdict verdict = VerdictJournal.read(folder).all().getFirst();
        assertThat(verdict.box()).isEqualTo(new Verdict.Box(1.25, 1.5, 1000, 2000));
        assertThat(verdict.draw().isSample()).isTrue();
        assertThat(verdict.took()).isEqualTo(2.5);
        JsonNode summary =
                page.get("summary?window=one&precision=0.8&width=0.05").json();
        assertThat(summary.path("verdicts").asInt()).isEqualTo(1);
        assertThat(summary.at("/total/listed").asInt()).isEqualTo(9);
        assertThat(summary.at("/total/verdicts").asInt()).isEqualTo(1);
        assertThat(summary.path("first").asText()).contains("more verdict").contains("\u00B10.05");
    }

    @Test
    void everyEventPlaysAsWav() throws IOException {
        JsonNode bat = page.get("ask?window=one&kind=listed&label=1").json().path("question");
        assertThat(bat.path("label").asText()).isEqualTo("bat");
        assertThat(bat.at("/snippet/highHz").asDouble())
                .as("the band of the event, though the encoder hears less")
                .isEqualTo(50_000);
        String event = bat.path("id").asText();
        ByteBuffer heard = wav(page.get("sound?event=" + event + "&slower=1").body());
        assertThat(heard.getInt(24)).isEqualTo(48_000);
        Answer slow = page.get("sound?event=" + event + "&slower=10");
        assertThat(wav(slow.body()).getInt(24)).isEqualTo(38_400);
        double seconds =
                bat.at("/snippet/end").asDouble() - bat.at("/snippet/start").asDouble();
        assertThat((slow.body().length - 44) / 2 / 38_400.0).isCloseTo(10 * seconds, within(1e-3));
        Answer part = page.send(
                "GET",
                review.session.address().getPath() + "sound?event=" + event + "&slower=1",
                Map.of("Range", "bytes=44-1043"),
                "");
        assertThat(part.status()).isEqualTo(206);
        assertThat(part.body()).hasSize(1000);
        assertThat(part.headers().get("content-range")).startsWith("bytes 44-1043/");
        byte[] picture = page.get("picture?event=" + event).body();
        assertThat(ImageIO.read(new ByteArrayInputStream(picture)).getWidth()).isEqualTo(1000);
    }

    /** The picture ends where the encoder's hearing ends, and a clip that taught the class can be heard. */
    @Test
    void whatTheEncoderHeardAndLearnedIsShown() throws IOException {
        JsonNode wren = page.get("ask?window=one&kind=listed&label=2").json().path("question");
        assertThat(wren.path("label").asText()).isEqualTo("wren");
        assertThat(wren.at("/snippet/highHz").asDouble()).isEqualTo(4000);
        assertThat(wren.path("example").asText()).isEqualTo("wren.wav");
        String event = wren.path("id").asText();
        assertThat(wav(page.get("example?event=" + event).body()).getInt(40)).isEqualTo(2 * 16_000);
        assertThat(page.get("example-picture?event=" + event).status()).isEqualTo(200);
        byte[] large = page.get("picture?large=yes&event=" + event).body();
        assertThat(ImageIO.read(new ByteArrayInputStream(large)).getWidth()).isEqualTo(2000);
        JsonNode bat = page.get("ask?window=one&kind=listed&label=1").json().path("question");
        assertThat(bat.path("example").isNull()).isTrue();
        assertThat(page.get("example?event=" + bat.path("id").asText()).status())
                .isEqualTo(404);
    }

    private static ByteBuffer wav(byte[] file) {
        assertThat(new String(file, 0, 4, java.nio.charset.StandardCharsets.US_ASCII))
                .isEqualTo("RIFF");
        return ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void recordingsThatCannotBeReadAreNamedAndPassedOver() throws IOException {
        JsonNode answer = page.get("ask?window=one&kind=listed&label=2").json();
        assertThat(answer.at("/question/recording").asText())
                .as(answer.toString())
                .endsWith("/a.wav");
        assertThat(answer.path("missing")).hasSize(2);
        assertThat(answer.path("missing").toString())
                .contains("gone.wav: it is not in", "outside.wav: its name leads out of");
    }

    @Test
    void requestsThatThePageWouldNotSendAreExplained() throws IOException {
        String event = ask("one").path("question").path("id").asText();
        Map<String, Object> reversed = verdict("one", event, "yes", 0);
        reversed.put("box", Map.of("start", 3, "end", 1, "low", 0, "high", 1));
        String path = review.session.address().getPath();
        for (Answer wrong : new Answer[] {
            page.post("verdict", reversed),
            page.post("verdict", verdict("one", event, "perhaps", 0)),
            page.post("verdict", verdict("one", event, "other", 0)),
            page.send("POST", path + "verdict", Map.of(), "[]"),
            page.send("POST", path + "verdict", Map.of(), "{\"a\":"),
            page.get("ask?kind=sample&label=99"),
            page.get("sound?event=" + event + "&slower=0")
        }) {
            assertThat(wrong.status()).as(wrong.text()).isEqualTo(400);
            assertThat(wrong.json().path("error").asText()).isNotBlank().doesNotContain("Exception", "\n");
        }
        assertThat(page.send("POST", path + "undo", Map.of(), "{\"a\":\"" + "x".repeat(70_000) + "\"}")
                        .status())
                .isEqualTo(413);
        for (Answer unknown :
                new Answer[] {page.get("picture?event=x"), page.get("../etc"), page.post("pass", Map.of())}) {
            assertThat(unknown.status()).isEqualTo(404);
        }
        assertThat(VerdictJournal.read(folder).all()).isEmpty();
    }

    @Test
    void headsThatAreNoneAreRefused() throws IOException {
        String path = review.session.address().getPath();
        assertThat(page.send("GET", "nowhere", Map.of(), "").status()).isEqualTo(400);
        assertThat(page.send("GET", path, Map.of("No colon", "x"), "").status()).isEqualTo(400);
        assertThat(page.send("POST", path + "undo", Map.of("Transfer-Encoding", "chunked"), "{}")
                        .status())
                .isEqualTo(400);
        assertThat(page.send("GET", path, Map.of("X", "x".repeat(70_000)), "").status())
                .isEqualTo(431);
        assertThat(page.send("GET", path, Map.of(), "").status()).isEqualTo(200);
        assertThat(page.send("HEAD", path, Map.of(), "").body()).isEmpty();
    }
}
