package org.unmute.models.encoder;

import java.util.List;
import org.unmute.models.encoder.EncoderSpec.TokenOrder;
import org.unmute.models.encoder.Release.Download;
import org.unmute.models.encoder.Release.Notes;
import org.unmute.models.encoder.Release.Size;
import org.unmute.models.encoder.Release.Tokens;

/** The published encoders that the zoo reads: the nine of the paper, their other sizes, and further ones. */
final class ZooReleases {
    private static final String MIT = "MIT";
    private static final String APACHE = "Apache-2.0";
    private static final String NO_FILE = "none stated";
    private static final String RESERVED =
            "the repository has no licence file: all rights are reserved by default; ask the authors";
    private static final String PRE_NORM = "pre-norm blocks (eps 1e-6), final norm on all tokens";
    private static final String FBANK =
            "kaldi fbank, 128 mel bins, Hann window, 25 ms every 10 ms; the waveform's mean removed";
    private static final String ZEROS =
            "zeros at the end up to 1024 frames before normalising: a padded cell is not 0 afterwards";
    private static final String SEE = "see the repository";
    private static final String DRIVE = "Google Drive, linked from the repository's README";
    private static final String ZENODO = "zenodo.org/records/11511780";

    private static final Notes EAT_NOTES = new Notes(
            "16 kHz, " + FBANK + ", 1024 frames",
            "(x + 4.268) / (2 * 4.569)",
            "one layer norm before the first block, post-norm blocks (eps 1e-6), no final norm",
            List.of(
                    ZEROS,
                    "other data has other statistics, for instance ESC-50: 512 frames, mean -6.627, std 5.359",
                    "a fairseq file also holds the teacher of pre-training, '_ema': it is not the encoder and is left"
                            + " out",
                    "the head's norm has eps 1e-5 in the Hugging Face ports and 1e-6 in fairseq: logits differ"
                            + " slightly, tokens do not"));
    private static final Tokens EAT_TOKENS = new Tokens(
            64,
            8,
            true,
            TokenOrder.TIME_MAJOR,
            "fixed sine-cosine table for the patches, stored in the file; the class token has none");
    private static final Size EAT_BASE = new Size(768, 12, 12, blocks(768, 12) + patch(768) + 768 + 2 * 768);

    private static final Notes BEATS_NOTES = new Notes(
            "16 kHz, waveform times 2^15, its mean stays; kaldi fbank, 128 mel bins, Povey window, 25 ms every 10 ms",
            "(x - 15.41663) / (2 * 6.55582)",
            "post-norm blocks with deep-norm residuals (eps 1e-5), gated relative position bias, no final norm",
            List.of(
                    "nothing is padded: ten seconds give 998 frames, hence 62 token rows, not 64",
                    "the sizes and the position buckets are in the file's 'cfg'; the code's own defaults are not those"
                            + " of the release",
                    "no class token: linear probes use the mean over tokens",
                    "the SHA-256 of BEATs_iter3_plus_AS2M.pt in a public fetch script (not checked here) is "
                            + "d43cbfad4d7b56381c061d7a24774f908d4d94c72961f6eb1d9090ff18cd8d34"));
    private static final Tokens BEATS_TOKENS = new Tokens(
            62,
            8,
            false,
            TokenOrder.TIME_MAJOR,
            "a convolution over the token sequence, and a relative bias in every attention");
    private static final Size BEATS_BASE = new Size(768, 12, 12, 90_311_792);

    private static final Notes DASHENG_NOTES = new Notes(
            "16 kHz, mel spectrogram in dB: 64 mel bins, FFT and window 512, every 10 ms, 0 to 8000 Hz, top 120 dB",
            "batch norm over the mel bins, with the file's running statistics",
            PRE_NORM,
            List.of(
                    "one token every 40 ms over the whole band: ten seconds give 250 tokens in one column",
                    "longer recordings are encoded in chunks of 252 tokens whose positions start anew",
                    "the 120 dB are counted from the loudest cell: clips must be processed one at a time, as they are"
                            + " here",
                    "the Hugging Face port pads the last chunk with zeros, so its last tokens differ",
                    "no class token: linear probes use the mean over tokens"));
    private static final Tokens DASHENG_TOKENS =
            new Tokens(250, 1, false, TokenOrder.TIME_MAJOR, "learned, for time and for frequency");

    static final List<Release> ALL = List.of(
            new Release(
                    "Audio-MAE",
                    "audiomae",
                    true,
                    "CC BY-NC 4.0",
                    "not for commercial use: the LICENSE file says CC BY-NC 4.0, although the README says CC-BY 4.0",
                    "facebookresearch/AudioMAE",
                    List.of(
                            new Download("pretrained.pth", DRIVE),
                            new Download(
                                    "model.safetensors",
                                    "huggingface.co/gaunernst/vit_base_patch16_1024_128.audiomae_as2m"),
                            new Download("finetuned.pth (527 classes)", DRIVE)),
                    new Size(768, 12, 12, blocks(768, 12) + patch(768) + 768 + 2 * 768),
                    new Tokens(
                            64,
                            8,
                            true,
                            TokenOrder.TIME_MAJOR,
                            "fixed sine-cosine table, stored in the file, also for the class token"),
                    0,
                    new Notes(
                            "16 kHz, " + FBANK + ", 1024 frames",
                            "(x + 4.2677393) / (2 * 4.5689974)",
                            PRE_NORM,
                            List.of(
                                    ZEROS,
                                    "the position table is made for 8 rows and 64 columns, the transposed grid: load"
                                            + " it, never rebuild it",
                                    "the decoder of pre-training and the mask token are left out",
                                    "fine-tuned files have 'fc_norm' and no 'norm': they classify the mean over patch"
                                            + " tokens"))),
            new Release(
                    "Dasheng",
                    "dasheng",
                    true,
                    APACHE,
                    "",
                    "RicherMans/Dasheng",
                    List.of(
                            new Download("model.safetensors", "huggingface.co/mispeech/dasheng-base"),
                            new Download("dasheng_base.pt", ZENODO)),
                    new Size(768, 12, 12, dasheng(768, 12)),
                    DASHENG_TOKENS,
                    0,
                    DASHENG_NOTES),
            new Release(
                    "BEATs",
                    "beats",
                    true,
                    MIT,
                    "",
                    "microsoft/unilm (folder beats)",
                    List.of(
                            new Download("BEATs_iter3_plus_AS2M.pt", "OneDrive, linked from the repository"),
                            new Download(
                                    "BEATs_iter3_plus_AS2M.pt",
                                    "huggingface.co/lpepino/beats_ckpts (a mirror, not the authors')")),
                    BEATS_BASE,
                    BEATS_TOKENS,
                    0,
                    BEATS_NOTES),
            new Release(
                    "ASiT",
                    "asit",
                    true,
                    NO_FILE,
                    RESERVED,
                    "Sara-Ahmed/ASiT",
                    List.of(new Download(
                            Release.UNKNOWN, "the repository, whose README says that weights are coming soon")),
                    new Size(768, 12, 12, blocks(768, 12) + patch(768) + 768 + 297 * 768 + 2 * 768),
                    new Tokens(74, 8, true, TokenOrder.TIME_MAJOR, "learned for 37 x 8 patches and the class token"),
                    0,
                    new Notes(
                            "32 kHz in the pre-training code, " + FBANK + ", 592 frames (5.9 s)",
                            "(x + 4.2677393) / (2 * 4.5689974)",
                            PRE_NORM,
                            List.of(
                                    "a window has 37 x 8 tokens: ten seconds are two windows, the second padded with"
                                            + " zeros",
                                    "the code says 32 kHz; at which rate and length the paper used it is unknown",
                                    "the training file holds student and teacher: the teacher's backbone is taken,"
                                            + " which the authors do not confirm"))),
            new Release(
                    "EAT",
                    "eat",
                    true,
                    MIT,
                    "",
                    "cwx-worst-one/EAT",
                    List.of(
                            new Download("model.safetensors", "huggingface.co/worstchan/EAT-base_epoch30_pretrain"),
                            new Download("EAT-base_epoch10_pt.pt", DRIVE)),
                    EAT_BASE,
                    EAT_TOKENS,
                    0,
                    EAT_NOTES),
            new Release(
                    "SSLAM",
                    "eat",
                    true,
                    MIT,
                    "",
                    "ta012/SSLAM",
                    List.of(
                            new Download("model.safetensors", "huggingface.co/ta012/SSLAM_pretrain"),
                            new Download("checkpoint_last.pt", SEE)),
                    EAT_BASE,
                    EAT_TOKENS,
                    0,
                    EAT_NOTES),
            new Release(
                    "BEATs+",
                    "beats",
                    true,
                    MIT,
                    "",
                    "microsoft/unilm (folder beats)",
                    List.of(new Download(
                            "BEATs_iter3_plus_AS2M_finetuned_on_AS2M_cpt2.pt", "OneDrive, linked from the repository")),
                    BEATS_BASE,
                    BEATS_TOKENS,
                    527,
                    BEATS_NOTES),
            new Release(
                    "EAT+",
                    "eat",
                    true,
                    MIT,
                    "",
                    "cwx-worst-one/EAT",
                    List.of(new Download(
                            "model.safetensors", "huggingface.co/worstchan/EAT-base_epoch30_finetune_AS2M")),
                    EAT_BASE,
                    EAT_TOKENS,
                    527,
                    EAT_NOTES),
            new Release(
                    "SSLAM+",
                    "eat",
                    true,
                    MIT,
                    "",
                    "ta012/SSLAM",
                    List.of(new Download("model.safetensors", "huggingface.co/ta012/SSLAM_AS2M_Finetuned")),
                    EAT_BASE,
                    EAT_TOKENS,
                    527,
                    EAT_NOTES),
            new Release(
                    "EAT-large",
                    "eat",
                    false,
                    MIT,
                    "",
                    "cwx-worst-one/EAT",
                    List.of(
                            new Download("model.safetensors", "huggingface.co/worstchan/EAT-large_epoch20_pretrain"),
                            new Download("EAT-large_epoch20_pt.pt", DRIVE)),
                    new Size(1024, 24, 16, blocks(1024, 24) + patch(1024) + 3 * 1024),
                    EAT_TOKENS,
                    0,
                    EAT_NOTES),
            new Release(
                    "Dasheng-0.6B",
                    "dasheng",
                    false,
                    APACHE,
                    "",
                    "RicherMans/Dasheng",
                    List.of(new Download("dasheng_06b.pt", ZENODO)),
                    new Size(1280, 32, 16, dasheng(1280, 32)),
                    DASHENG_TOKENS,
                    0,
                    DASHENG_NOTES),
            new Release(
                    "Dasheng-1.2B",
                    "dasheng",
                    false,
                    APACHE,
                    "",
                    "RicherMans/Dasheng",
                    List.of(new Download("dasheng_12b.pt", ZENODO)),
                    new Size(1536, 40, 24, dasheng(1536, 40)),
                    DASHENG_TOKENS,
                    0,
                    DASHENG_NOTES),
            new Release(
                    "AST",
                    "ast",
                    false,
                    "BSD 3-Clause",
                    "",
                    "YuanGongND/ast",
                    List.of(
                            new Download("audioset_10_10_0.4593.pth", "Dropbox, linked from the repository's README"),
                            new Download(
                                    "model.safetensors", "huggingface.co/MIT/ast-finetuned-audioset-10-10-0.4593")),
                    new Size(768, 12, 12, blocks(768, 12) + patch(768) + 2 * 768 + 1214 * 768 + 2 * 768),
                    new Tokens(
                            101,
                            12,
                            true,
                            TokenOrder.FREQUENCY_MAJOR,
                            "learned for 12 x 101 patches, class and distillation token"),
                    527,
                    new Notes(
                            "16 kHz, " + FBANK + ", 1024 frames",
                            "(x + 4.2677393) / (2 * 4.5689974)",
                            PRE_NORM,
                            List.of(
                                    ZEROS,
                                    "patches overlap: 16 x 16 every 10",
                                    "the network orders tokens by frequency first; token maps here are time-major as"
                                            + " always",
                                    "two tokens stand before the patches, class and distillation: the clip's is their"
                                            + " mean"))),
            new Release(
                    "Bird-MAE",
                    "birdmae",
                    false,
                    NO_FILE,
                    RESERVED,
                    "DBD-research-group/Bird-MAE",
                    List.of(
                            new Download(Release.UNKNOWN + " (.ckpt)", SEE),
                            new Download(
                                    "model.safetensors",
                                    "huggingface.co/DBD-research-group/Bird-MAE-Base (a port; whether its tensor names"
                                            + " are the authors' is unknown)")),
                    new Size(768, 12, 12, blocks(768, 12) + patch(768) + 768 + 2 * 768),
                    new Tokens(
                            64,
                            8,
                            true,
                            TokenOrder.TIME_MAJOR,
                            "a table for 32 x 8 patches and the class token, stored in the file"),
                    0,
                    new Notes(
                            "32 kHz, " + FBANK + ", 512 frames (5.1 s)",
                            "(x + 7.2) / (2 * 4.43)",
                            PRE_NORM,
                            List.of(
                                    "short clips are padded with their smallest log energy, not with zeros",
                                    "a window has 32 x 8 tokens: ten seconds are two windows",
                                    "there are also sizes of 1024 and 1280 channels",
                                    "its tensors have the names of Audio-MAE's: where a file is taken for that, say"
                                            + " --model birdmae"))),
            new Release(
                    "KWT-1",
                    "kwt",
                    false,
                    APACHE,
                    "",
                    "ARM-software/keyword-transformer",
                    List.of(new Download("kwt1 (TFLite)", "the repository, models_data_v2_12_labels/kwt1")),
                    new Size(64, 12, 1, 606_528),
                    new Tokens(980, 1, true, TokenOrder.TIME_MAJOR, "learned, also for the class token"),
                    12,
                    new Notes(
                            "16 kHz, 40 mel-frequency cepstral coefficients, frames of 480 samples every 160",
                            "none",
                            "post-norm blocks (eps 1e-6) with one head and tanh GELU, no final norm",
                            List.of(
                                    "trained to tell twelve spoken keywords in windows of one second, not for sounds"
                                            + " in general",
                                    "the authors' file is TFLite, which is not read here: its tensors must be written"
                                            + " as safetensors first"))),
            new Release(
                    "embedded",
                    "small-vit",
                    false,
                    "CC0-1.0",
                    "",
                    "",
                    List.of(new Download("none", "it is in the program: --encoder embedded")),
                    new Size(128, 6, 4, blocks(128, 6) + (8 * 16 + 1) * 128 + 128 + 2 * 128),
                    new Tokens(148, 4, true, TokenOrder.TIME_MAJOR, "fixed sine-cosine for the patches"),
                    0,
                    new Notes(
                            "16 kHz, kaldi fbank, 64 mel bins, Hann window, 25 ms every 10 ms; the waveform's mean"
                                    + " removed, 296 frames (3 s)",
                            "(x + 5.025) / (2 * 3.809)",
                            PRE_NORM,
                            List.of("trained on synthetic sounds to show the line at work, not to compete with the"
                                    + " others"))));

    private ZooReleases() {}

    /** Attention, feed-forward and two norms, all with biases. */
    private static long blocks(long dim, long depth) {
        return depth * (12 * dim * dim + 13 * dim);
    }

    /** 256 values per patch, with bias. */
    private static long patch(long dim) {
        return 257 * dim;
    }

    /** With learned positions for 252 steps and one band, the batch norm of 64 bins, and the final norm. */
    private static long dasheng(long dim, long depth) {
        return blocks(dim, depth) + patch(dim) + 253 * dim + 2 * 64 + 2 * dim;
    }
}
