package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.unmute.cli.console.ExitCode;
import org.unmute.models.encoder.Release;
import org.unmute.models.encoder.Releases;

class EncodersEndToEndTest {
    @Test
    void listsEveryEncoderWithItsTermsAndFiles() {
        String out = Ran.ok("encoders").out();
        for (Release r : Releases.all()) {
            assertThat(out).contains(r.name()).contains(r.licence());
            r.downloads().forEach(d -> assertThat(out).contains(d.file()).contains(d.page()));
        }
        assertThat(out)
                .containsPattern("(?m)^Audio-MAE +audiomae +CC BY-NC 4\\.0 \\(!\\) +85\\.3 M +64 x 8 +512 +yes +-"
                        + " +facebookresearch/AudioMAE$")
                .containsPattern("(?m)^BEATs\\+ +beats +MIT +90\\.3 M +62 x 8 +496 +no +527 ")
                .contains("(!) ASiT, Bird-MAE, MAE-AST-patch, MAE-AST-frame: the repository has no licence file")
                .contains("(!) Audio-MAE: not for commercial use");
    }

    @Test
    void tellsEverythingAboutOne() {
        assertThat(Ran.ok("encoders", "eat+").out())
                .contains("EAT+, one of the nine of the paper", "EAT-base_epoch30_finetune_AS2M")
                .contains("(x + 4.268) / (2 * 4.569)", "time-major", "527 of AudioSet")
                .contains("eat/hugging-face: extra_tokens", "To mind:", "also: sslam");
        assertThat(Ran.ok("encoders", "ast").out()).contains("frequency-major");
        for (Release r : Releases.all()) {
            assertThat(Ran.ok("encoders", r.name()).out())
                    .contains(r.notes().frontEnd())
                    .contains(r.notes().traps());
        }
        Ran.unmute("encoders", "wav2vec").fails(ExitCode.USAGE, "no encoder is called 'wav2vec'", "SSLAM+");
    }

    @Test
    void jsonHasTheSame() {
        JsonNode all = Ran.ok("encoders", "--json").json();
        // The kind without a release is that of graphs, which users bring.
        assertThat(all).hasSize(Releases.all().size() + 1);
        JsonNode beats = Ran.ok("encoders", "--json", "beats").json();
        assertThat(beats.get("parameters").asLong()).isEqualTo(90_311_792);
        assertThat(beats.get("downloads").get(0).get("file").asText()).isEqualTo("BEATs_iter3_plus_AS2M.pt");
        assertThat(beats.get("cls").asBoolean()).isFalse();
    }
}
