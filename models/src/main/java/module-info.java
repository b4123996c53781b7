import org.unmute.models.audio.AudioFormatProvider;
import org.unmute.models.audio.PcmFormat;
import org.unmute.models.audio.flac.FlacFormat;
import org.unmute.models.audio.vorbis.VorbisFormat;
import org.unmute.models.encoder.EncoderProvider;
import org.unmute.models.zoo.Asit;
import org.unmute.models.zoo.Ast;
import org.unmute.models.zoo.AudioMae;
import org.unmute.models.zoo.Beats;
import org.unmute.models.zoo.BirdMae;
import org.unmute.models.zoo.Dasheng;
import org.unmute.models.zoo.Eat;
import org.unmute.models.zoo.Kwt;
import org.unmute.models.zoo.SmallVit;

/** Audio front ends and ViT spectrogram encoders. */
module org.unmute.models {
    requires transitive org.unmute.tensor;

    exports org.unmute.models.audio;
    exports org.unmute.models.audio.flac;
    exports org.unmute.models.checkpoint;
    exports org.unmute.models.encoder;
    exports org.unmute.models.frontend;
    exports org.unmute.models.vit;
    exports org.unmute.models.zoo;

    uses AudioFormatProvider;
    uses EncoderProvider;

    provides AudioFormatProvider with
            PcmFormat,
            FlacFormat,
            VorbisFormat;
    provides EncoderProvider with
            SmallVit.Provider,
            Kwt,
            Eat,
            Beats.Provider,
            Dasheng.Provider,
            Ast,
            Asit,
            BirdMae,
            AudioMae;
}
