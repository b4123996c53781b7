package org.unmute.models.frontend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.unmute.audio.ClipTooShortException;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.io.SafetensorsFile;

/** The forms of {@link MelSpectrogram}; {@code src/test/python/mel_reference.py} says where the numbers are from. */
@Tag("golden")
class MelReferenceTest {
    private static final int RATE = 22_050;
    /** Weights and results are rounded to float32, energies are sums of positive terms. */
    private static final double ROUNDED = 4 * 0x1p-24;

    private static final MelOptions DEFAULTS = new MelOptions(RATE, 2048, 512, 128, 0, RATE / 2.0);

    private static SafetensorsFile file;

    @BeforeAll
    static void open() throws IOException {
        file = SafetensorsFile.open(Golden.require("mel/mel.safetensors"));
    }

    @AfterAll
    static void close() {
        if (file != null) {
            file.close();
        }
    }

    private static float[] mel(MelSpectrogram spectrogram) {
        return spectrogram.compute(file.floats("input"));
    }

    @Test
    void librosasFormIsThatOfItsFormulas() {
        Golden.assertClose("mel", file.floats("librosa/mel"), mel(MelSpectrogram.librosa(DEFAULTS)), 0, ROUNDED);
        MelOptions narrow = new MelOptions(RATE, 1024, 256, 40, 300, 8000);
        Golden.assertClose("narrow", file.floats("librosa/narrow"), mel(MelSpectrogram.librosa(narrow)), 0, ROUNDED);
    }

    /** A rounding of 4 · 2^-24 moves decibels by 1e-6, and their own rounding by 4e-6. */
    @Test
    void decibelsAreThoseOfPowerToDb() {
        float[] loud = mel(MelSpectrogram.librosa(DEFAULTS));
        float[] relative = loud.clone();
        new AmplitudeToDb(80).apply(loud);
        new AmplitudeToDb(80).applyBelowLoudest(relative);
        Golden.assertClose("ref 1", file.floats("librosa/db"), loud, 1e-5, 0);
        Golden.assertClose("ref max", file.floats("librosa/db_max"), relative, 1e-5, 0);
    }

    /**
     * Both compute their bands in float32, with logarithms of two libraries: a weight differs by at most an edge's
     * rounding against the distance of edges, and the weights of a band and its neighbours add up to 1 within its
     * triangle, so the energies of the three bound what that adds. The original's window is float32, too: a few 2^-24
     * of the frame's loudest amplitude.
     */
    @Test
    void torchaudiosFormIsItsOwn() {
        int bands = 64;
        float[] expected = file.floats("torchaudio/mel64");
        float[] actual = mel(new MelSpectrogram(new MelOptions(RATE, 1024, 256, bands, 50, 8000)));
        assertThat(actual).hasSameSizeAs(expected);
        double weight = 2 * 0x1p-23 / ((Math.log1p(8000 / 700.0) - Math.log1p(50 / 700.0)) / (bands + 1));
        for (int frame = 0; frame < expected.length; frame += bands) {
            double loudest = 0;
            for (int b = 0; b < bands; b++) {
                loudest = Math.max(loudest, expected[frame + b]);
            }
            for (int b = 1; b < bands - 1; b++) {
                int i = frame + b;
                double near = expected[i - 1] + (double) expected[i] + expected[i + 1];
                double allowed = weight * near + 8 * 0x1p-24 * Math.sqrt(expected[i] * loudest) + ROUNDED * expected[i];
                assertThat((double) actual[i]).as("[%d]", i).isCloseTo(expected[i], within(allowed));
            }
        }
    }

    @Test
    void theTensorFormIsThatOfArrays() {
        float[] x = file.floats("input");
        MelSpectrogram spectrogram = MelSpectrogram.librosa(DEFAULTS);
        float[] onTensors = spectrogram.compute(Tensor.of(x, 1, x.length)).toFloats();
        float[] expected = spectrogram.compute(x);
        Golden.assertClose("tensor", expected, onTensors, 0, 1e-4);
    }

    @Test
    void zerosNeedNoLengthAndEncodersTakeTheirOwnForm() {
        MelSpectrogram spectrogram = MelSpectrogram.librosa(DEFAULTS);
        assertThat(spectrogram.compute(new float[1])).hasSize(128);
        assertThatThrownBy(() -> spectrogram.compute(new float[0])).isInstanceOf(ClipTooShortException.class);
        assertThatThrownBy(() -> new MelFrontEnd(spectrogram, new AmplitudeToDb(80), 1))
                .hasMessageContaining("SLANEY");
    }
}
