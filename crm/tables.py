"""Every table of the record. Importing this module registers them all with `Record.metadata`."""

from crm.columns import Record
from crm.tables_accounts import Account, AccountState, AccountText, Site, SiteStreet
from crm.tables_activities import Activity, ActivityKind, Lead, LeadState
from crm.tables_assets import Asset, AssetState, Priority, ServiceTask
from crm.tables_codes import Code
from crm.tables_documents import DocumentForm, DocumentKind, DocumentLine, VisitDocument
from crm.tables_duplicates import DuplicatePair, PairState
from crm.tables_estimates import EstimateSource, WinEstimate, WinModel
from crm.tables_factors import RecoveryCode, SecondFactor, SignInStep
from crm.tables_firms import AccountKey, AccountLink, AccountName, FamilyGrant, LinkKind, NameKind
from crm.tables_imports import ImportRow, ImportRun, ImportState, RowState, Upload
from crm.tables_incentives import IncentiveLine, IncentiveRules, IncentiveRun
from crm.tables_intake import IntakeKey, LeadContact, LeadIntake
from crm.tables_jobs import AttemptEnd, ExportPiece, Job, JobAttempt, JobResult, JobState, JobUnit, UnitState
from crm.tables_ledger import ActKind, Change, ChangeBatch, Erasure, KeptAnswer, LedgerNow, SettledAct
from crm.tables_people import AccountPerson, Consent, ConsentState, ContactKind, ContactPoint, Person, PersonKey
from crm.tables_pipeline import Opportunity, Pipeline, PipelineStage, StageKind, StageMove
from crm.tables_plans import (
    AccountShare,
    Assignment,
    HolderRole,
    PlanPage,
    PlanState,
    Rep,
    RepAbsence,
    Territory,
    TerritoryHolder,
    TerritoryPlan,
    Transfer,
    Workload,
)
from crm.tables_proposals import Proposal, ProposalMove, ProposalState
from crm.tables_regions import AdminRegion, RegionEdition, SiteFound, SiteRegion
from crm.tables_scenarios import Scenario, ScenarioStep
from crm.tables_targets import CreditSplit, Target
from crm.tables_tasks import Event, EventReader, StageEffect, StageTimer, Task, TaskState, TimerState
from crm.tables_types import ActivityType, VisitPolicy, WorkloadRules
from crm.tables_users import AccessToken, Password, RepGrant, Role, SignInFailure, TokenKind, User
from crm.tables_views import SavedView
from crm.tables_visits import Route, UnservedVisit, Visit, VisitCompanion, VisitState
from crm.tables_work import AccountNeed, ItemState, LeadChoice, LeadRules, RepSkill, WorkItem, WorkQueue

__all__ = [
    "Record",
    "Account",
    "AccountState",
    "AccountText",
    "Site",
    "SiteStreet",
    "Rep",
    "RepAbsence",
    "TerritoryPlan",
    "PlanState",
    "PlanPage",
    "RegionEdition",
    "AdminRegion",
    "SiteRegion",
    "SiteFound",
    "Territory",
    "TerritoryHolder",
    "HolderRole",
    "Assignment",
    "Workload",
    "WorkloadRules",
    "AccountShare",
    "Transfer",
    "Proposal",
    "ProposalMove",
    "ProposalState",
    "Scenario",
    "ScenarioStep",
    "Route",
    "Visit",
    "VisitState",
    "VisitPolicy",
    "VisitCompanion",
    "VisitDocument",
    "DocumentForm",
    "DocumentKind",
    "DocumentLine",
    "UnservedVisit",
    "Pipeline",
    "PipelineStage",
    "StageKind",
    "Opportunity",
    "StageMove",
    "StageTimer",
    "TimerState",
    "StageEffect",
    "Task",
    "TaskState",
    "Event",
    "EventReader",
    "WinModel",
    "WinEstimate",
    "EstimateSource",
    "Target",
    "CreditSplit",
    "IncentiveRules",
    "IncentiveRun",
    "IncentiveLine",
    "SavedView",
    "ChangeBatch",
    "ActKind",
    "Change",
    "LedgerNow",
    "SettledAct",
    "KeptAnswer",
    "ExportPiece",
    "ImportRun",
    "ImportState",
    "ImportRow",
    "Upload",
    "RowState",
    "User",
    "Role",
    "RepGrant",
    "Password",
    "AccessToken",
    "TokenKind",
    "SignInFailure",
    "WorkQueue",
    "WorkItem",
    "ItemState",
    "RepSkill",
    "LeadRules",
    "LeadChoice",
    "Person",
    "PersonKey",
    "AccountPerson",
    "ContactPoint",
    "ContactKind",
    "Consent",
    "ConsentState",
    "AccountKey",
    "AccountName",
    "AccountNeed",
    "NameKind",
    "AccountLink",
    "LinkKind",
    "Erasure",
    "FamilyGrant",
    "Code",
    "Activity",
    "ActivityType",
    "ActivityKind",
    "Lead",
    "LeadState",
    "LeadIntake",
    "IntakeKey",
    "LeadContact",
    "Asset",
    "AssetState",
    "ServiceTask",
    "Priority",
    "SecondFactor",
    "RecoveryCode",
    "SignInStep",
    "DuplicatePair",
    "PairState",
    "Job",
    "JobState",
    "JobUnit",
    "UnitState",
    "JobResult",
    "JobAttempt",
    "AttemptEnd",
]
