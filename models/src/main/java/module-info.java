/** Audio front ends and ViT spectrogram encoders. */
module org.unmute.models {
    requires transitive org.unmute.tensor;

    exports org.unmute.models.audio;
}
