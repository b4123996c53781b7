package org.unmute.report.field;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.events.field.FieldSummary;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.report.fixture.Browser;
import org.unmute.report.page.Fact;

/** The page of a summary. The screenshots in {@code target/field-test} are for visual inspection. */
class FieldPageTest {
    private static final Path PICTURES = Path.of("target", "field-test");
    private static final String[] CLASSES = {
        "Turdus merula_Eurasian Blackbird", "Erithacus rubecula_European Robin", "Strix aluco_Tawny Owl", "rain <b>"
    };

    @TempDir
    private Path folder;

    /** Sites with gaps, classes with hours of their own. */
    private static FieldSummary summary(int sites, LocalDate first, LocalDate last) {
        return summary(sites, CLASSES.length, first, last);
    }

    /** @param withCalendar how many classes have events by site and day */
    private static FieldSummary summary(int sites, int withCalendar, LocalDate first, LocalDate last) {
        Random random = new Random(3);
        int days = (int) ChronoUnit.DAYS.between(first, last) + 1;
        List<FieldSummary.Site> all = new ArrayList<>();
        long[][][] byClass = new long[CLASSES.length][sites][days];
        long[][] byHour = new long[CLASSES.length][24];
        for (int s = 0; s < sites; s++) {
            double[] hours = new double[days];
            long[] events = new long[days];
            for (int d = 0; d < days; d++) {
                boolean gap = s % 3 == 1 && d > days / 3 && d < days / 2 || d < s;
                hours[d] = gap ? 0 : 2;
                for (int c = 0; c < CLASSES.length && !gap; c++) {
                    int count = random.nextInt(4 + 6 * c + d / 4);
                    events[d] += count;
                    byClass[c][s][d] = count;
                    for (int e = 0; e < count; e++) {
                        byHour[c][Math.floorMod((int) (5 + 6 * c + random.nextGaussian() * 2), 24)]++;
                    }
                }
            }
            String name = s == 0 ? "" : s == 1 ? "Naturschutzgebiet am See & <Ufer>" : "site " + s;
            all.add(new FieldSummary.Site(name, s == 0 ? Double.NaN : 52.5 + s, 13.25, 12L * days, hours, events));
        }
        List<FieldSummary.OfClass> classes = new ArrayList<>();
        for (int c = 0; c < CLASSES.length; c++) {
            classes.add(new FieldSummary.OfClass(
                    CLASSES[c], Arrays.stream(byHour[c]).sum(), byHour[c], c < withCalendar ? byClass[c] : null));
        }
        classes.sort(Comparator.comparing((FieldSummary.OfClass c) -> -c.events()));
        double[] sound = new double[24];
        Arrays.fill(sound, 2, 24, sites * days / 12.0);
        long events = all.stream().mapToLong(FieldSummary.Site::allEvents).sum();
        double hours = all.stream().mapToDouble(FieldSummary.Site::allHours).sum();
        return new FieldSummary(
                12L * days * sites, hours, events, 3, Map.of(), first, last, days, 0, 2, all, classes, sound);
    }

    private static String page(FieldSummary summary) {
        return FieldPage.html(
                "Recordings from the field",
                summary,
                List.of("not <b>reviewed</b>"),
                List.of(new Fact("probe", "protobin")));
    }

    @Test
    void thePageIsWholeAndNeedsNothingElse() throws Exception {
        FieldSummary summary = summary(4, LocalDate.of(2024, 5, 1), LocalDate.of(2024, 5, 31));
        String html = page(summary);
        assertThat(html).isEqualTo(page(summary)).doesNotContain("<script", "http:", "https:");
        assertThat(html).contains("default-src 'none'", "rain &lt;b&gt;", "no site", "2024-05-01 to 2024-05-31");
        String body = html.substring(html.indexOf("<html"));
        DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)));
        assertThat(html).doesNotContain("classes with the most events; activity.csv");
        assertThat(page(summary(4, 3, LocalDate.of(2024, 5, 1), LocalDate.of(2024, 5, 31))))
                .contains("The 3 of 4 classes with the most events; activity.csv has all");
        // A year is shown in columns of three days, so that a phone can show it.
        assertThat(page(summary(2, LocalDate.of(2024, 1, 1), LocalDate.of(2024, 12, 31))))
                .contains("A column is 3 days");
    }

    @Test
    @FullBuild("starts a browser")
    void thePageFitsLargeAndSmallScreens(@TempDir Path profile) throws IOException {
        Optional<Path> program = Browser.program();
        assumeTrue(program.isPresent(), "no chromium or google-chrome on the PATH");
        Files.createDirectories(PICTURES);
        Path file = Files.writeString(
                folder.resolve("summary.html"), page(summary(12, LocalDate.of(2024, 5, 1), LocalDate.of(2024, 5, 31))));
        try (Browser browser = new Browser(program.get(), profile)) {
            for (int width : new int[] {1280, 400}) {
                browser.screen(width, 900, width == 400);
                browser.open(file);
                assertThat(browser.evaluate("document.documentElement.scrollWidth")
                                .asInt())
                        .as("width of the page at %d", width)
                        .isEqualTo(width);
                browser.evaluate("document.querySelector('details').open = true");
                Files.write(PICTURES.resolve("field-" + width + ".png"), browser.picture());
            }
            assertThat(browser.errors()).isEmpty();
        }
    }
}
