package org.unmute.data.field;

import static org.assertj.core.api.Assertions.assertThat;
import static org.unmute.kernels.contract.Failures.assertFails;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unmute.audio.place.RecorderNotes;
import org.unmute.audio.place.TimeAndPlace;
import org.unmute.audio.place.TimePattern;

class FieldRulesTest {
    @TempDir
    Path folder;

    private static FieldRules rules(String pattern, SiteRule site, Deployments deployments) {
        return new FieldRules(pattern == null ? null : TimePattern.of(pattern), null, site, deployments);
    }

    private Deployments table(String rows) throws IOException {
        return Deployments.read(Files.writeString(folder.resolve("deployments.csv"), rows));
    }

    @Test
    void sitesComeFromWhatIsAskedFor() {
        RecorderNotes notes = new RecorderNotes(List.of(), Double.NaN, Double.NaN, "CHUNK", "", "", List.of());
        String file = "card 1/may/NAME_20240517_053000.wav";
        assertThat(rules(null, SiteRule.AUTO, null).of(file, notes).site()).isEqualTo("card 1");
        assertThat(rules(null, SiteRule.PARENT, null).of(file, notes).site()).isEqualTo("card 1/may");
        assertThat(rules(null, SiteRule.NAME, null).of(file, notes).site()).isEqualTo("NAME");
        assertThat(rules(null, SiteRule.CHUNK, null).of(file, notes).site()).isEqualTo("CHUNK");
        assertThat(rules("%P_%Y%m%d_%H", SiteRule.AUTO, null).of(file, notes).site())
                .isEqualTo("NAME");
        assertThat(rules(null, SiteRule.AUTO, null)
                        .of("NAME_20240517_053000.wav", RecorderNotes.NONE)
                        .site())
                .isEqualTo("NAME");
    }

    @Test
    void deploymentsHoldForTheirTimes() throws IOException {
        FieldRules rules = rules(
                null,
                SiteRule.AUTO,
                table("site,folder,latitude,longitude,start,end,zone\n"
                        + "A,,10,20,2024-05-01,2024-05-17,Europe/Berlin\n"
                        + "A,,11,21,2024-05-18T06:00,,UTC\n"
                        + "B,card-*,12,22,,,\n"));
        TimeAndPlace first = rules.of("A/x_20240517_235959.wav", RecorderNotes.NONE);
        assertThat(first.latitude()).isEqualTo(10);
        assertThat(first.begun().zone()).isEqualTo(ZoneId.of("Europe/Berlin"));
        assertThat(rules.of("A/x_20240518_060000.wav", RecorderNotes.NONE).latitude())
                .isEqualTo(11);
        assertThat(rules.of("A/x_20240518_000000.wav", RecorderNotes.NONE).problems())
                .singleElement()
                .asString()
                .contains("no row of", "site 'A', 2024-05-18T00:00:00");
        assertThat(rules.of("card-7/deep/x_20240518_000000.wav", RecorderNotes.NONE)
                        .site())
                .isEqualTo("B");
        TimeAndPlace both = rules.of("A/undated.wav", RecorderNotes.NONE);
        assertThat(both.problems().getFirst()).contains("lines 2 and 3", "the first is taken");
        RecorderNotes elsewhere = new RecorderNotes(List.of(), 50, 20, "", "", "", List.of());
        assertThat(rules.of("A/x_20240517_235959.wav", elsewhere).problems().getFirst())
                .contains("its recorder says 50.00000, 20.00000, line 2 of");
    }

    /** Executors of Spark decide by rules that the driver read. */
    @Test
    void rulesThatWereSentDecideAlike() throws Exception {
        FieldRules rules = new FieldRules(
                TimePattern.of("%P_%d%m%y-%H%M"),
                ZoneId.of("Europe/Berlin"),
                SiteRule.AUTO,
                table("site,folder,latitude,longitude,start,zone\nA,card-*/x,10,20,2024-05-01,UTC\n"));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(rules);
        }
        FieldRules sent;
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            sent = (FieldRules) in.readObject();
        }
        assertThat(sent.text()).isEqualTo(rules.text()).startsWith("site auto, pattern '%P_%d%m%y-%H%M', zone");
        for (String file : List.of("card-1/x/N_170524-0530.wav", "other/N_170524-0530.wav", "card-1/x/N.wav")) {
            TimeAndPlace place = sent.of(file, RecorderNotes.NONE);
            assertThat(place).isEqualTo(rules.of(file, RecorderNotes.NONE));
            assertThat(place.problems().isEmpty()).isEqualTo(file.equals("card-1/x/N_170524-0530.wav"));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "site,latitude,longitude\\nA,1,|latitude and longitude belong together",
                "site,latitude,longitude\\nA,91,1|no number of degrees from -90 to 90: '91'",
                "site,start\\nA,2024-02-31|no date or time on the recorder's clock",
                "site,start,end\\nA,2024-05-02,2024-05-01|before it starts",
                "site,zone\\nA,Berlin|there is no time zone 'Berlin'",
                "site,folder\\nA,[|no pattern of folders",
                "site,folder\\n,|a deployment needs a site",
                "place\\nA|a table of deployments needs a column site or folder"
            })
    void malformedTablesAreRefusedWithTheirLine(String rows, String message) {
        assertFails(() -> table(rows.replace("\\n", "\n") + "\n"), "deployments.csv:", message);
    }
}
