package example;

import java.io.IOException;
import java.nio.file.Path;
import org.unmute.audio.AudioStream;
import org.unmute.audio.Recording;
import org.unmute.audio.Resampler;
import org.unmute.models.frontend.AmplitudeToDb;
import org.unmute.models.frontend.FbankOptions;
import org.unmute.models.frontend.KaldiFbank;
import org.unmute.models.frontend.MelOptions;
import org.unmute.models.frontend.MelSpectrogram;
import org.unmute.models.frontend.WindowFunction;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.Npy;

/** Writes three spectrograms of a recording for NumPy: {@code clip.flac folder}. */
public final class Spectrograms {
    public static void main(String[] args) throws IOException {
        float[] x = samples(Path.of(args[0]), 22_050);

        KaldiFbank fbank = new KaldiFbank(FbankOptions.of(22_050, 80, WindowFunction.HANNING));
        write(Path.of(args[1], "kaldi.npy"), fbank.compute(x), 80);

        MelOptions torchaudio = new MelOptions(22_050, 1024, 256, 64, 0, 11_025);
        write(Path.of(args[1], "torchaudio.npy"), new MelSpectrogram(torchaudio).compute(x), 64);

        MelOptions librosa = new MelOptions(22_050, 2048, 512, 128, 0, 11_025); // librosa's defaults
        float[] power = MelSpectrogram.librosa(librosa).compute(x);
        new AmplitudeToDb(80).applyBelowLoudest(power); // power_to_db(mel, ref=np.max)
        write(Path.of(args[1], "librosa.npy"), power, 128);
    }

    /** Samples of any format and rate at one rate, mono, full scale -1 to 1. */
    private static float[] samples(Path file, int rate) throws IOException {
        try (AudioStream stream = AudioStream.open(file)) {
            return Recording.read(stream).resampled(rate, Resampler.Kernel.HANN).samples();
        }
    }

    private static void write(Path file, float[] values, int bins) throws IOException {
        Npy.write(file, Shape.of(values.length / bins, bins), values); // [frames, bins]
    }
}
