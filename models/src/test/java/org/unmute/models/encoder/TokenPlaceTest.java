package org.unmute.models.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.unmute.models.encoder.EncoderSpec.Grid;
import org.unmute.models.encoder.EncoderSpec.Input;
import org.unmute.models.encoder.EncoderSpec.Overlap;
import org.unmute.models.encoder.EncoderSpec.TokenOrder;
import org.unmute.models.frontend.MelBands;

class TokenPlaceTest {
    private static final MelBands MEL = new MelBands(128, 20, 8000);

    private static EncoderSpec spec(int window, int hop, MelBands bands, Grid grid) {
        return new EncoderSpec(
                "x", "", new Input(16_000, window, 400, hop, "", Map.of(), bands), grid, 8, 1, List.of());
    }

    /** EAT's grid: 64 x 8 patches of 16 frames and 16 bands, windows of 10.24 s. */
    @Test
    void patchesSideBySideShareTimeAndBands() {
        EncoderSpec eat = spec(164_080, 163_840, MEL, new Grid(64, 8, 2560, TokenOrder.TIME_MAJOR, 1));
        TokenPlace first = eat.place(0, 0);
        assertThat(List.of(first.start(), first.end(), first.lowHz())).containsExactly(0.0, 0.16, 20.0);
        assertThat(List.of(first.firstBand(), first.lastBand())).containsExactly(0, 15);
        assertThat(first.fullBand()).isFalse();
        TokenPlace last = eat.place(63, 7);
        assertThat(last.end()).isCloseTo(10.24, within(1e-12));
        assertThat(List.of(last.firstBand(), last.lastBand())).containsExactly(112, 127);
        assertThat(last.highHz()).isEqualTo(8000);
        assertThat(eat.place(5, 3).highHz()).isEqualTo(eat.place(5, 4).lowHz());
        assertThat(eat.place(64, 0).start()).as("the second window").isCloseTo(10.24, within(1e-12));
        assertThat(last.isPadding(5)).isTrue();
        assertThat(last.isPadding(10.1)).isFalse();
        assertThatThrownBy(() -> eat.place(0, 8)).hasMessageContainingAll("column 8", "0 to 7");
    }

    /** Windows with an overlap of one half: row 40 is row 8 of the second window. */
    @Test
    void rowsOfWindowsThatOverlapGoOnInTime() {
        EncoderSpec half = spec(164_080, 81_920, MEL, new Grid(64, 8, 2560, TokenOrder.TIME_MAJOR, 1));
        assertThat(half.place(40, 0).start()).isCloseTo(6.4, within(1e-12));
        assertThat(half.place(95, 0).start()).isCloseTo(15.2, within(1e-12));
    }

    /** AST: 16 x 16 patches with a stride of 10. */
    @Test
    void patchesThatOverlapAreLongerThanTheirDistance() {
        EncoderSpec ast = spec(
                164_080,
                161_600,
                MEL,
                new Grid(101, 12, 1600, TokenOrder.FREQUENCY_MAJOR, 2, new Overlap(2560, 16, 10)));
        TokenPlace place = ast.place(1, 11);
        assertThat(place.start()).isCloseTo(0.1, within(1e-12));
        assertThat(place.end()).isCloseTo(0.26, within(1e-12));
        assertThat(List.of(place.firstBand(), place.lastBand())).containsExactly(110, 125);
    }

    /** Dasheng: all bands, no windows. */
    @Test
    void oneColumnSpansAllBands() {
        EncoderSpec dasheng = spec(
                EncoderSpec.WHOLE_RECORDING,
                EncoderSpec.WHOLE_RECORDING,
                new MelBands(64, 0, 8000),
                new Grid(252, 1, 640, TokenOrder.TIME_MAJOR, 0));
        TokenPlace place = dasheng.place(1000, 0);
        assertThat(place.start()).isCloseTo(40, within(1e-12));
        assertThat(place.fullBand()).isTrue();
        assertThat(List.of(place.lowHz(), place.highHz())).containsExactly(0.0, 8000.0);
    }

    /** KWT: 98 rows in 16,000 samples, with cepstral coefficients rather than bands. */
    @Test
    void windowsThatAreLongerThanTheirRowsBeginAnew() {
        EncoderSpec kwt = spec(16_000, 16_000, null, new Grid(98, 1, 163, TokenOrder.TIME_MAJOR, 1));
        assertThat(kwt.place(97, 0).start()).isCloseTo(97 * 163 / 16_000.0, within(1e-12));
        assertThat(kwt.place(2 * 98, 0).start()).isEqualTo(2);
        assertThat(kwt.place(0, 0).fullBand()).isTrue();
        assertThat(kwt.place(0, 0).highHz()).isEqualTo(8000);
    }

    @Test
    void bordersLieMidwayBetweenCentres() {
        // One band from 0 to high; its centre is midway in mel.
        MelBands two = new MelBands(2, 0, 700 * Math.expm1(3));
        assertThat(two.border(1)).isCloseTo(700 * Math.expm1(1.5), within(1e-9));
        assertThat(List.of(two.border(0), two.border(2))).containsExactly(0.0, 700 * Math.expm1(3));
        for (int b = 1; b < MEL.count(); b++) {
            assertThat(MEL.position(MEL.border(b))).isCloseTo(b / 128.0, within(1e-12));
        }
        assertThat(MEL.position(0)).isZero();
        assertThat(MEL.position(20_000)).isEqualTo(1);
        assertThatThrownBy(() -> MEL.border(129)).hasMessageContaining("129");
        assertThatThrownBy(() -> new MelBands(0, 0, 1)).hasMessageContaining("0 bands");
    }

    @Test
    void encodersSayWhereTheirBandsLie() {
        EncoderSpec spec = Encoders.embedded().describe();
        assertThat(spec.input().bands().lowHz()).isEqualTo(20);
        assertThat(spec.input().bands().highHz()).isEqualTo(spec.sampleRate() / 2.0);
        assertThat(spec.place(0, spec.freq() - 1).lastBand())
                .isEqualTo(spec.input().bands().count() - 1);
    }
}
