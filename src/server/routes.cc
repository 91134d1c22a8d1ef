#include "server/routes.h"

#include <array>

#include "base/json.h"
#include "server/handlers/admin.h"
#include "server/handlers/arrow.h"
#include "server/handlers/cloud.h"
#include "server/handlers/cluster.h"
#include "server/handlers/download_dataset.h"
#include "server/handlers/export_frame.h"
#include "server/handlers/frames.h"
#include "server/handlers/grids.h"
#include "server/handlers/import_files.h"
#include "server/handlers/jobs.h"
#include "server/handlers/make_frames.h"
#include "server/handlers/metadata.h"
#include "server/handlers/model_builders.h"
#include "server/handlers/model_files.h"
#include "server/handlers/model_metrics.h"
#include "server/handlers/models.h"
#include "server/handlers/objects.h"
#include "server/handlers/observe.h"
#include "server/handlers/parse.h"
#include "server/handlers/partial_dependence.h"
#include "server/handlers/predictions.h"
#include "server/handlers/rapids.h"
#include "server/handlers/upload.h"

namespace thalweg {

std::span<const Endpoint> Routes() {
  static constexpr auto kRoutes = std::to_array<Endpoint>({
      // The server itself.
      Get<GetStartPage>("/", "A page that says what this is.").Quick(),
      Get<GetStartPage>("/flow/index.html", "The same.").Quick(),
      Get<GetCloud>("/3/Cloud", "State of the ranks: version, memory, processors.").Quick(),
      Get<GetPing>("/3/Ping", "That the server lives.").Quick(),
      Get<GetAbout>("/3/About", "What program this is.").Quick(),
      Get<GetCapabilities>("/3/Capabilities", "Extensions.").Quick(),
      Get<GetCapabilities>("/3/Capabilities/Core", "Extensions.").Quick(),
      Get<GetCapabilities>("/3/Capabilities/API", "Extensions.").Quick(),
      Get<GetMetadataEndpoints>("/3/Metadata/endpoints", "All endpoints."),
      Get<GetMetadataSchema>("/3/Metadata/schemas/{schemaname}", "Fields of a record."),
      Post<ShutDown>("/3/Shutdown", "Ends the server."),
      Post<LogAndEcho>("/3/LogAndEcho", "Writes a line into the log."),
      Post<CollectGarbage>("/3/GarbageCollect", "Gives unused memory back to the system."),
      Post<UnlockKeys>("/3/UnlockKeys", "Nothing is ever locked: does nothing.").Quick(),
      Get<GetCpuTicks>("/3/WaterMeterCpuTicks/{nodeidx}", "Ticks of each processor.").Quick(),

      // Seeing inside.
      Get<GetMetrics>("/metrics", "Counts and sizes, for Prometheus."),
      Get<GetTimeline>("/3/Timeline", "The last requests and jobs."),
      Get<GetLog>("/3/Logs/nodes/{nodeidx}/files/{name}", "The last lines of the log."),
      Get<DownloadLog>("/3/Logs/download", "The log as text."),
      Get<DownloadLog>("/3/Logs/download/{log_container}", "The log as text."),
      Get<DownloadLog>("/3/Logs/nodes/{nodeidx}/download", "The log as text."),
      Get<GetProfile>("/3/Profiler", "Where the threads spend their time, over a second."),
      Get<GetStacks>("/3/JStack", "Where each thread is now."),
      Get<LogStacks>("/3/KillMinus3", "Writes where each thread is into the log."),
      Get<GetNetworkTest>("/3/NetworkTest", "How fast the ranks talk."),
      Get<GetCluster>("/3/Cluster", "Ranks, frames over them, where their time goes."),

      // Sessions and expressions.
      Post<StartSession4>("/4/sessions", "Starts a session.").Quick(),
      Delete<EndSession>("/4/sessions/{session_key}", "Ends a session: its temporaries go."),
      Get<StartSession3>("/3/InitID", "Starts a session.").Quick(),
      Delete<EndSession>("/3/InitID", "Ends a session: its temporaries go."),
      Post<SetSessionProperty>("/3/SessionProperties", "Keeps a text with a session."),
      Get<GetSessionProperty>("/3/SessionProperties", "What was kept with a session."),
      Post<RunRapids>("/99/Rapids", "Runs an expression."),

      // Jobs.
      Get<ListJobs>("/3/Jobs", "All jobs."),
      Get<GetJob>("/3/Jobs/{job_id}", "How a job stands.").Quick(),
      Post<CancelJob>("/3/Jobs/{job_id}/cancel", "Asks a job to end.").Quick(),

      // Files in.
      Post<PostFile>("/3/PostFile", "Takes a file in.").Upload(),
      Post<PostFile>("/3/PostFile.bin", "Takes a file in.").Upload(),
      Post<PutKey>("/3/PutKey", "Takes a file in under a name.").Upload(),
      Get<ImportFiles>("/3/ImportFiles", "Names a file or a folder's files for a parse."),
      Post<ImportFilesMulti>("/3/ImportFilesMulti", "The same for several."),
      Get<CompletePath>("/3/Typeahead/files", "Paths that begin with a text."),
      Post<SetUpParse>("/3/ParseSetup", "Looks how files are to be parsed."),
      Post<Parse>("/3/Parse", "Parses files to a frame."),
      Post<ParseSvmLight>("/3/ParseSVMLight", "Parses SVMLight files to a frame."),

      // Frames.
      Get<ListFrames>("/3/Frames", "All frames."),
      Delete<RemoveFrames>("/3/Frames", "Removes all frames."),
      Get<GetFrame>("/3/Frames/{frame_id}", "A frame: its columns, and some rows."),
      Get<GetFrameLight>("/3/Frames/{frame_id}/light", "The same, without sizes."),
      Get<GetFrameSummary>("/3/Frames/{frame_id}/summary", "With percentiles and histograms."),
      Get<GetFrame>("/3/Frames/{frame_id}/columns", "The columns of a frame."),
      Get<GetColumn>("/3/Frames/{frame_id}/columns/{column}", "One column."),
      Get<GetColumnSummary>("/3/Frames/{frame_id}/columns/{column}/summary",
                            "One column with percentiles and histogram."),
      Get<GetColumnDomain>("/3/Frames/{frame_id}/columns/{column}/domain",
                           "The levels of a column."),
      Get<GetFrameChunks>("/3/FrameChunks/{frame_id}", "How the rows are cut into chunks."),
      Delete<RemoveFrame>("/3/Frames/{frame_id}", "Removes a frame."),
      Get<DownloadDataset>("/3/DownloadDataset", "A frame as CSV."),
      Get<DownloadDataset>("/3/DownloadDataset.bin", "The same."),

      Post<ExportFrame>("/3/Frames/{frame_id}/export", "Writes a frame to files."),
      Post<SaveFrame>("/3/Frames/{frame_id}/save", "Saves a frame to be loaded again."),
      Post<LoadFrame>("/3/Frames/load", "Loads a saved frame."),
      Post<PostArrow>("/3/PostFile.arrow", "Takes a frame in as Arrow IPC.").Upload(),
      Get<GetArrow>("/3/Frames/{frame_id}/arrow", "A frame as an Arrow IPC stream."),
      Post<CreateFrame>("/3/CreateFrame", "A frame of random cells."),
      Post<InsertMissing>("/3/MissingInserter", "Makes random cells missing."),
      Post<MakeInteraction>("/3/Interaction", "Combinations of levels."),
      Post<SplitFrame>("/3/SplitFrame", "Cuts a frame into parts."),
      Get<FindCell>("/3/Find", "Rows before and after that hold a cell."),
      Post<RefuseTabulate>("/99/Tabulate", "Not there: says so."),
      Post<RefuseDct>("/99/DCTTransformer", "Not there: says so."),

      // Whatever is in memory.
      Delete<RemoveAllObjects>("/3/DKV", "Removes everything but what is named."),
      Delete<RemoveObject>("/3/DKV/{key}", "Removes something."),

      // Model builders.
      Get<ListModelBuilders>("/3/ModelBuilders", "All algorithms with their parameters."),
      Get<GetModelBuilder>("/3/ModelBuilders/{algo}", "One algorithm with its parameters."),
      Post<TrainModel>("/3/ModelBuilders/{algo}", "Trains a model."),
      Post<TrainModel>("/99/ModelBuilders/{algo}", "The same."),
      Post<ValidateParameters>("/3/ModelBuilders/{algo}/parameters",
                               "What would be said of these parameters."),

      // Models.
      Get<ListModels>("/3/Models", "All models."),
      Get<GetModel>("/3/Models/{model_id}", "A model: parameters, metrics, tables."),
      Get<GetModel>("/99/Models/{model_id}", "The same."),
      Delete<RemoveModel>("/3/Models/{model_id}", "Removes a model and what belongs to it."),
      Delete<RemoveAllModels>("/3/Models", "Removes all models."),
      Get<RefuseExport>("/3/Models/{model_id}/mojo", "Not supported: models as MOJO."),
      Get<RefuseExport>("/99/Models.mojo/{model_id}", "Not supported: models as MOJO."),
      Get<RefuseExport>("/3/Models.java/{model_id}", "Not supported: models as Java."),
      Get<RefuseExport>("/3/Models.java/{model_id}/preview", "Not supported: models as Java."),
      Get<SaveModel>("/99/Models.bin/{model_id}", "Saves a model to a file."),
      Post<LoadSavedModel>("/99/Models.bin", "Loads a saved model."),
      Post<LoadSavedModel>("/99/Models.bin/{model_id}", "The same."),
      Get<FetchModel>("/3/Models.fetch.bin/{model_id}", "A saved model as the body."),
      Post<LoadUploadedModel>("/99/Models.upload.bin", "Loads a saved model that was uploaded."),
      Post<LoadUploadedModel>("/99/Models.upload.bin/{model_id}", "The same."),
      Get<SaveModelJson>("/99/Models/{model_id}/json", "Writes what is told of a model."),

      // Grid searches.
      Post<SearchGridNow>("/99/Grid/{algo}", "Trains a model for each combination of values."),
      Post<ResumeGrid>("/99/Grid/{algo}/resume", "Goes on with a search."),
      Get<ListGrids>("/99/Grids", "All grids."),
      Get<ShowGrid>("/99/Grids/{grid_id}", "A grid's models, sorted."),
      Post<ExportGrid>("/3/Grid.bin/{grid_id}/export", "Saves a grid and its models."),
      Post<ImportGrid>("/3/Grid.bin/import", "Loads a saved grid and its models."),
      Post<ResumeRecovery>("/3/Recovery/resume", "Goes on with an interrupted search."),

      // Explanations.
      Post<StartPartialDependence>("/3/PartialDependence",
                                   "How predictions change with one or two columns."),
      Get<GetPartialDependence>("/3/PartialDependence/{name}", "What came of it."),

      // Predictions and metrics.
      Post<StartPrediction>("/4/Predictions/models/{model}/frames/{frame}",
                            "Predicts the rows of a frame, as a job."),
      Post<PredictNow>("/3/Predictions/models/{model}/frames/{frame}",
                       "Predicts the rows of a frame and measures how well."),
      Post<ScoreFrame>("/3/ModelMetrics/models/{model}/frames/{frame}",
                       "Measures how well a model predicts a frame."),
      Get<ListMetrics>("/3/ModelMetrics", "The metrics of all models."),
      Get<ListMetrics>("/3/ModelMetrics/models/{model}", "The metrics of a model."),
      Get<ListMetrics>("/3/ModelMetrics/frames/{frame}", "The metrics on a frame."),
      Get<ListMetrics>("/3/ModelMetrics/models/{model}/frames/{frame}",
                       "The metrics of a model on a frame."),
      Get<ListMetrics>("/3/ModelMetrics/frames/{frame}/models/{model}", "The same."),
      Post<MakeMetrics>(
          "/3/ModelMetrics/predictions_frame/{predictions_frame}/actuals_frame/{actuals_frame}",
          "Measures predictions made elsewhere."),
  });
  return kRoutes;
}

}  // namespace thalweg
