import org.unmute.models.encoder.EncoderProvider;
import org.unmute.models.graph.GraphEncoder;
import org.unmute.models.zoo.Asit;
import org.unmute.models.zoo.Ast;
import org.unmute.models.zoo.AtstFrame;
import org.unmute.models.zoo.AudioMae;
import org.unmute.models.zoo.Bat;
import org.unmute.models.zoo.Beats;
import org.unmute.models.zoo.BirdMae;
import org.unmute.models.zoo.Ced;
import org.unmute.models.zoo.Dasheng;
import org.unmute.models.zoo.Eat;
import org.unmute.models.zoo.EfficientAt;
import org.unmute.models.zoo.Kwt;
import org.unmute.models.zoo.M2d;
import org.unmute.models.zoo.MaeAst;
import org.unmute.models.zoo.PretrainedSed;
import org.unmute.models.zoo.SmallVit;
import org.unmute.models.zoo.Ssast;

/** Audio front ends and spectrogram encoders. */
module org.unmute.models {
    requires transitive org.unmute.audio;
    requires transitive org.unmute.tensor;
    requires static org.jspecify;

    exports org.unmute.models.checkpoint;
    exports org.unmute.models.encoder;
    exports org.unmute.models.frontend;
    exports org.unmute.models.graph;
    exports org.unmute.models.vit;
    exports org.unmute.models.weights;
    exports org.unmute.models.zoo;

    uses EncoderProvider;

    provides EncoderProvider with
            SmallVit.Provider,
            Kwt,
            Eat,
            EfficientAt.Provider,
            GraphEncoder.Provider,
            Beats.Provider,
            Dasheng.Provider,
            Ced,
            M2d,
            AtstFrame,
            MaeAst.Patches,
            MaeAst.Frames,
            Bat,
            Ssast,
            PretrainedSed,
            Ast,
            Asit,
            BirdMae,
            AudioMae;
}
